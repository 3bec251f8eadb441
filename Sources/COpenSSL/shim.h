// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors
#pragma once
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

// What OpenSSL offers as macros, which Swift does not see.

static inline int openssl_set_versions(SSL_CTX *context, int least, int most) {
    return SSL_CTX_set_min_proto_version(context, least) && SSL_CTX_set_max_proto_version(context, most);
}

// No compression, no renegotiation; buffers of idle sessions are given back.
static inline void openssl_set_strict(SSL_CTX *context) {
    SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
}

static inline int openssl_set_server_name(SSL *session, const char *name) {
    return (int)SSL_set_tlsext_host_name(session, name);
}

// An empty buffer means “ask again”, not “ended”.
static inline void openssl_never_ends(BIO *bio) { BIO_set_mem_eof_return(bio, -1); }

static inline int openssl_pending(BIO *bio) { return (int)BIO_pending(bio); }

static inline int openssl_print_name(BIO *paper, X509_NAME *name) {
    return X509_NAME_print_ex(paper, name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
}
