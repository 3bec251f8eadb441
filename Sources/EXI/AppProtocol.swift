// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// The handshake that selects the protocol (ISO 15118-2:2014, 8.2; DIN SPEC 70121:2014; ISO 15118-20:2022, 8.2).
public enum AppProtocol {}
