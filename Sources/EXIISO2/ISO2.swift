// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// ISO 15118-2:2014.
public enum ISO2 {}
