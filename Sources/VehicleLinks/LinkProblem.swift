// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import NIOCore
import SLAC
import TLS

/// Why there is no link between a car and a station.
package enum LinkProblem: Error, Hashable, Sendable, CustomStringConvertible {
    case noSuchInterface(String, have: [String])
    case noLinkLocalAddress(String)
    case cannotListen(String, words: String)
    /// Nobody answered the car's discovery.
    case noStation(on: String, requests: Int)
    /// The station answered, with the other kind of security.
    case otherSecurity(wantsTLS: Bool)
    case unreachable(String, words: String)
    case notSecure(TLSFault)
    /// Whole frames cannot be sent or heard on an interface.
    case noRawEthernet(String, words: String)
    /// Car and station have not found each other over power line.
    case notMatched(SLACFailure)

    package var description: String {
        switch self {
        case .noSuchInterface(let name, let have) where have.isEmpty:
            "The system lists no network interfaces, so “\(name)” cannot be found. "
                + "Is AF_NETLINK among the RestrictAddressFamilies of the service?"
        case .noSuchInterface(let name, let have):
            "There is no network interface “\(name)”; there are \(have.joined(separator: ", "))."
        case .noLinkLocalAddress(let name):
            "The network interface “\(name)” has no link-local IPv6 address (fe80::…). "
                + "Is it up, and is IPv6 switched on for it (sysctl net.ipv6.conf.\(name).disable_ipv6)?"
        case .cannotListen(let place, let words): "Cars cannot be heard at \(place): \(words)."
        case .noStation(let name, let requests):
            "No station answered \(requests) discovery requests on “\(name)”. Is it on the same wire?"
        case .otherSecurity(let wantsTLS):
            wantsTLS
                ? "The station offers no TLS, which this car was told to use."
                : "The station offers TLS only; give the car certificates, or let the station go without."
        case .unreachable(let place, let words): "The station at \(place) cannot be reached: \(words)."
        case .notSecure(let fault): "\(fault)"
        case .noRawEthernet(let name, let words): "SLAC is not possible on “\(name)”. \(words)"
        case .notMatched(let failure): "SLAC found no match: \(failure)."
        }
    }
}

func words(of error: any Error) -> String { (error as? IOError)?.reasonInWords ?? "\(error)" }

extension IOError {
    /// “Address in use” rather than the call that failed with its number.
    var reasonInWords: String { description }
}
