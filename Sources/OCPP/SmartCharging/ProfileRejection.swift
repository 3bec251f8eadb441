// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// Why a charging profile is refused: the reason code of 2.x, and the requirement.
public struct ProfileRejection: Error, Equatable, Sendable {
    public enum Reason: String, CaseIterable, Sendable {
        case duplicateProfile = "DuplicateProfile"
        case invalidOperationMode = "InvalidOperationMode"
        case invalidProfile = "InvalidProfile"
        case invalidProfileID = "InvalidProfileId"
        case invalidSchedule = "InvalidSchedule"
        case invalidStackLevel = "InvalidStackLevel"
        case missingDeviceModelInfo = "MissingDevModelInfo"
        case noFrequencyCurve = "NoFreqWattCurve"
        case noPhaseForDC = "NoPhaseForDC"
        case phaseConflict = "PhaseConflict"
        case rateLimitExceeded = "RateLimitExceeded"
        case tooManyElements = "TooManyElements"
        case txNotFound = "TxNotFound"
        case unknownEVSE = "UnknownEvse"
        case unsupportedKind = "UnsupportedKind"
        case unsupportedParameter = "UnsupportedParam"
        case unsupportedPurpose = "UnsupportedPurpose"
        case unsupportedRateUnit = "UnsupportedRateUnit"
    }

    public let reason: Reason
    public let requirement: String

    public init(_ reason: Reason, _ requirement: String) {
        self.reason = reason
        self.requirement = requirement
    }
}

/// What a station supports, as its device model says (SmartChargingCtrlr, V2XChargingCtrlr).
public struct SmartChargingSupport: Equatable, Sendable {
    public var highestStackLevel = 10
    public var mostPeriods = 1_024
    public var mostProfiles = 100
    public var units: Set<RateUnit> = [.amperes, .watts]
    public var switchesPhases = false
    /// Whether fewer phases than the EVSE has can be enforced (Phases3to1).
    public var switchesPhaseCount = true
    public var controlsPhasesOnDC = false
    public var additionalPurposes: Set<ChargingProfile.Purpose> = [.priorityCharging, .localGeneration]
    public var operationModes = Set(OperationMode.allCases)
    public var dynamicProfiles = true
    public var offlineDuration = true
    public var localTime = true
    public var randomizedDelay = true
    public var limitAtSoC = true
    public var sleep = true
    /// Ids up to it belong to external systems (K01.FR.81).
    public var highestExternalID: Int?
    /// Whether the thresholds of local load balancing are set (Q09.FR.02).
    public var loadBalancingIsSet = true

    public init() {}
}
