// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors
#pragma once
#include <zlib.h>

// The two initialisers are macros, which Swift does not see. Raw streams, without zlib's header: negative window bits.

static inline int zlib_deflate_init(z_stream *stream, int window_bits) {
    return deflateInit2(stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -window_bits, 8, Z_DEFAULT_STRATEGY);
}

static inline int zlib_inflate_init(z_stream *stream, int window_bits) { return inflateInit2(stream, -window_bits); }
