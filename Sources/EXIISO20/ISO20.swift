// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// ISO 15118-20:2022: common messages, AC, DC, ACDP, WPT. Each payload type has a grammar, hence a document, of its own.
public enum ISO20 {}
