// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// Signatures of V2G messages (W3C XML Signature 1.0). A signature inside a message uses the grammar of that message; the
/// `SignedInfo` that is signed is a fragment of this schema alone.
public enum XMLSignature {}
