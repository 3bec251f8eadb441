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

static inline int openssl_set_groups(SSL_CTX *context, const char *names) {
    return (int)SSL_CTX_set1_groups_list(context, names);
}

// A later session shows its certificates again.
static inline void openssl_never_resume(SSL_CTX *context) {
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(context, 0);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
}

static inline void openssl_when_asked_for_staple(SSL_CTX *context, int (*answer)(SSL *, void *), void *owner) {
    SSL_CTX_set_tlsext_status_cb(context, answer);
    SSL_CTX_set_tlsext_status_arg(context, owner);
}

// OpenSSL frees what it is given, so it gets a copy. Returns what the callback has to.
static inline int openssl_staple(SSL *session, const unsigned char *bytes, long count) {
    unsigned char *copy = count > 0 ? OPENSSL_memdup(bytes, (size_t)count) : NULL;
    if (!copy) return SSL_TLSEXT_ERR_NOACK;
    SSL_set_tlsext_status_ocsp_resp(session, copy, count);
    return SSL_TLSEXT_ERR_OK;
}

static inline void openssl_ask_for_staple(SSL *session) {
    SSL_set_tlsext_status_type(session, TLSEXT_STATUSTYPE_ocsp);
}

// The length, or -1 where there is none; the bytes stay the session's.
static inline long openssl_get_staple(SSL *session, const unsigned char **bytes) {
    return SSL_get_tlsext_status_ocsp_resp(session, bytes);
}
