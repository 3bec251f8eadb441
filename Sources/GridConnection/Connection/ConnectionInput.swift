// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// What arrives from the operator, by any channel.
package enum ConnectionInput: Sendable, BitwiseCopyable {
    case consumption(LimitationInput)
    case production(LimitationInput)
    case section14a(Section14a.Input)
    case relay(RelayInputs.Input)
    case flexible(FlexibleCapacity.Input)
    case envelope(OperatingEnvelope.Input)
    case scheme(LimitationScheme.Input)
    case gridCode(GridCodeInput)
}

/// What became of it.
package enum ConnectionReply: Sendable, BitwiseCopyable, Equatable {
    case accepted
    /// This site has no such rule.
    case notConfigured
    case limitation(LimitationReply)
    case section14a(Section14a.Reply)
    case relay(RelayInputs.Reply)
    case flexible(FlexibleCapacity.Refusal)
    case envelope(OperatingEnvelope.Refusal)
    case scheme(LimitationScheme.Reply)
}
