// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// One run of the matching of one car; chosen by the car, 8 octets.
public struct RunID: Hashable, Sendable {
    public let bits: UInt64
    public init(bits: UInt64) { self.bits = bits }
    var octets: [UInt8] { bigEndianOctets(bits, count: 8) }
}

/// A logical network of power-line modems: its identifier and its key. Who has the key is in.
public struct LogicalNetwork: Hashable, Sendable {
    /// NID: 54 bits, in 7 octets as they are sent.
    public let id: [UInt8]
    /// NMK: an AES-128 key.
    public let key: [UInt8]

    /// - Returns: nil unless the identifier has 7 octets and the key 16. The identifier's upper two bits are cleared: the
    ///   security level “simple connect” (HomePlug Green PHY).
    public init?(id: [UInt8], key: [UInt8]) {
        guard id.count == 7, key.count == 16 else { return nil }
        self.id = Array(id.dropLast()) + [id[6] & 0x3F]
        self.key = key
    }
}

/// The average attenuation of the groups of carriers, in dB as the modem measures it.
public struct AttenuationProfile: Hashable, Sendable {
    /// Groups of carriers of HomePlug Green PHY.
    public static let groups = 58
    public let attenuation_dB: [UInt8]

    /// - Returns: nil unless there is a value for each group.
    public init?(_ attenuation_dB: some Collection<UInt8>) {
        guard attenuation_dB.count == Self.groups else { return nil }
        self.attenuation_dB = Array(attenuation_dB)
    }

    /// The same in every group.
    public init(flat value: UInt8) { attenuation_dB = Array(repeating: value, count: Self.groups) }

    /// Over all groups, rounded down.
    public var mean_dB: Int { attenuation_dB.reduce(0) { $0 + Int($1) } / Self.groups }
}

/// What one station has heard of a car's sounds, summed up until it is averaged.
struct AttenuationSum: Hashable, Sendable {
    private var sums = Array(repeating: 0, count: AttenuationProfile.groups)
    private(set) var sounds = 0

    /// More than can be told are left out: their number is one octet.
    mutating func add(_ profile: AttenuationProfile) {
        guard sounds < Int(UInt8.max) else { return }
        for (group, value) in profile.attenuation_dB.enumerated() { sums[group] += Int(value) }
        sounds += 1
    }

    /// [V2G3-A09-20]: the mean of each group.
    var average: AttenuationProfile? {
        guard sounds > 0 else { return nil }
        return AttenuationProfile(sums.map { UInt8(clamping: $0 / sounds) })
    }
}
