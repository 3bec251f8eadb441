// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors
#pragma once
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/engine.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/ocsp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/ui.h>
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

// A new key pair; NULL if the curve is unknown.
static inline EVP_PKEY *openssl_new_ec_key(const char *curve) { return EVP_EC_gen(curve); }

// What has been written to a memory buffer; it stays the buffer's.
static inline long openssl_memory(BIO *bio, char **data) { return BIO_get_mem_data(bio, data); }

// Lists of certificates that borrow what is in them.
static inline STACK_OF(X509) *openssl_new_list(void) { return sk_X509_new_null(); }
static inline int openssl_append(STACK_OF(X509) *list, X509 *certificate) { return sk_X509_push(list, certificate); }
static inline int openssl_count(const STACK_OF(X509) *list) { return list == NULL ? 0 : sk_X509_num(list); }
static inline X509 *openssl_at(const STACK_OF(X509) *list, int index) { return sk_X509_value(list, index); }
static inline void openssl_free_list(STACK_OF(X509) *list) { sk_X509_free(list); }

// One extension of a certificate request, in the words of openssl's configuration (“critical,digitalSignature”).
static inline int openssl_add_extension(X509_REQ *request, int nid, const char *value) {
    STACK_OF(X509_EXTENSION) *extensions = sk_X509_EXTENSION_new_null();
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
    int isAdded = extensions != NULL && extension != NULL && sk_X509_EXTENSION_push(extensions, extension) > 0;
    if (!isAdded) X509_EXTENSION_free(extension);
    isAdded = isAdded && X509_REQ_add_extensions(request, extensions);
    sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
    return isAdded;
}

// The first responder a certificate names, to be freed with openssl_free_text; NULL if it names none.
static inline char *openssl_copy_responder(X509 *certificate) {
    STACK_OF(OPENSSL_STRING) *responders = X509_get1_ocsp(certificate);
    char *first = responders != NULL && sk_OPENSSL_STRING_num(responders) > 0
        ? OPENSSL_strdup(sk_OPENSSL_STRING_value(responders, 0)) : NULL;
    X509_email_free(responders);
    return first;
}

static inline void openssl_free_text(char *text) { OPENSSL_free(text); }
static inline void openssl_free_bytes(unsigned char *bytes) { OPENSSL_free(bytes); }

// The key pair whose private half is a number, big-endian; NULL unless it is one of the curve.
static inline EVP_PKEY *openssl_ec_key_of(const char *curve, const unsigned char *number, int count) {
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *maker = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    EC_GROUP *group = EC_GROUP_new_by_curve_name(OBJ_sn2nid(curve));
    EC_POINT *point = group == NULL ? NULL : EC_POINT_new(group);
    BIGNUM *scalar = BN_secure_new();
    OSSL_PARAM_BLD *list = OSSL_PARAM_BLD_new();
    OSSL_PARAM *parameters = NULL;
    unsigned char bytes[133 + 1];
    size_t length = 0;
    if (maker != NULL && point != NULL && list != NULL && scalar != NULL && BN_bin2bn(number, count, scalar) != NULL
        && !BN_is_zero(scalar) && BN_cmp(scalar, EC_GROUP_get0_order(group)) < 0
        && EC_POINT_mul(group, point, scalar, NULL, NULL, NULL)) {
        length = EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED, bytes, sizeof bytes, NULL);
    }
    if (length > 0 && OSSL_PARAM_BLD_push_utf8_string(list, OSSL_PKEY_PARAM_GROUP_NAME, curve, 0)
        && OSSL_PARAM_BLD_push_octet_string(list, OSSL_PKEY_PARAM_PUB_KEY, bytes, length)
        && OSSL_PARAM_BLD_push_BN(list, OSSL_PKEY_PARAM_PRIV_KEY, scalar)
        && (parameters = OSSL_PARAM_BLD_to_param(list)) != NULL && EVP_PKEY_fromdata_init(maker) == 1) {
        EVP_PKEY_fromdata(maker, &key, EVP_PKEY_KEYPAIR, parameters);
    }
    OSSL_PARAM_free(parameters);
    OSSL_PARAM_BLD_free(list);
    BN_clear_free(scalar);
    EC_POINT_free(point);
    EC_GROUP_free(group);
    EVP_PKEY_CTX_free(maker);
    return key;
}

// A private key that stays in a PKCS#11 token (RFC 7512), by the engine of libp11: Debian 12 has no provider for that. It never asks for
// a PIN. NULL with errors in the queue; `*hasEngine` says whether the engine is there.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wdeprecated-declarations"
static inline EVP_PKEY *openssl_token_key(const char *uri, int *hasEngine) {
    ENGINE *engine = ENGINE_by_id("pkcs11");
    *hasEngine = engine != NULL && ENGINE_init(engine);
    EVP_PKEY *key = *hasEngine ? ENGINE_load_private_key(engine, uri, (UI_METHOD *)UI_null(), NULL) : NULL;
    // The key keeps the engine.
    if (*hasEngine) ENGINE_finish(engine);
    ENGINE_free(engine);
    return key;
}
#pragma clang diagnostic pop

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
