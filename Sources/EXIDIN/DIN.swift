// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// DIN SPEC 70121:2014.
public enum DIN {}
