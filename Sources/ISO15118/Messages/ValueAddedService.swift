// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// A service beside charging, such as access to the internet. What it does is its owner's; here it is offered, described
/// and selected.
public struct ValueAddedService: Hashable, Sendable {
    /// How ISO 15118-2 sorts services; ISO 15118-20 has numbers alone.
    public enum Category: Hashable, Sendable { case internet, other }

    public enum Value: Hashable, Sendable {
        case flag(Bool)
        case number(Int32)
        case text(String)
    }

    /// What a car may choose between.
    public struct ParameterSet: Hashable, Sendable {
        /// In ISO 15118-2 at most 32,767.
        public var id: UInt16
        public var parameters: [Parameter]

        public init(id: UInt16, parameters: [Parameter]) {
            self.id = id
            self.parameters = parameters
        }
    }

    public struct Parameter: Hashable, Sendable {
        public var name: String
        public var value: Value

        public init(_ name: String, _ value: Value) {
            self.name = name
            self.value = value
        }
    }

    /// 3 is the internet and 4 the owner's information in ISO 15118-2; 65 the internet, 66 parking in ISO 15118-20. From
    /// 60,000 on they are anybody's.
    public var id: UInt16
    public var category: Category
    public var name: String?
    /// For whom, in ISO 15118-2.
    public var scope: String?
    public var isFree: Bool
    /// At most 255; none: there is nothing to choose.
    public var parameterSets: [ParameterSet]

    public init(
        id: UInt16, category: Category, name: String? = nil, scope: String? = nil, isFree: Bool = true,
        parameterSets: [ParameterSet] = []
    ) {
        self.id = id
        self.category = category
        self.name = name
        self.scope = scope
        self.isFree = isFree
        self.parameterSets = parameterSets
    }

    func offers(_ choice: ChosenService) -> Bool {
        guard choice.id == id else { return false }
        guard let set = choice.parameterSet else { return true }
        return parameterSets.contains { $0.id == set }
    }
}

/// A service as a car selects it. In ISO 15118-2 the number may stand alone.
public struct ChosenService: Hashable, Sendable, ExpressibleByIntegerLiteral {
    public var id: UInt16
    public var parameterSet: UInt16?

    public init(_ id: UInt16, parameterSet: UInt16? = nil) {
        self.id = id
        self.parameterSet = parameterSet
    }

    public init(integerLiteral id: UInt16) { self.init(id) }
}

/// Which services a car wants to hear of.
public struct ServiceFilter: Hashable, Sendable {
    public enum Category: Hashable, Sendable { case charging, internet, certificates, other }

    /// ISO 15118-2; nil: every one.
    public var category: Category?
    public var scope: String?
    /// ISO 15118-20; nil: every one.
    public var numbers: [UInt16]?

    public init(category: Category? = nil, scope: String? = nil, numbers: [UInt16]? = nil) {
        self.category = category
        self.scope = scope
        self.numbers = numbers
    }

    public static let all = ServiceFilter()

    func admits(_ service: ValueAddedService) -> Bool {
        if let scope, scope != service.scope { return false }
        if let numbers, !numbers.contains(service.id) { return false }
        switch (category, service.category) {
        case (nil, _), (.internet?, .internet), (.other?, .other): return true
        case (.charging?, _), (.certificates?, _), (.internet?, .other), (.other?, .internet): return false
        }
    }

    var admitsCertificates: Bool {
        switch category {
        case nil, .certificates?: scope == nil
        case .charging?, .internet?, .other?: false
        }
    }

    /// A car that knows none of them hears of all and decides itself: the list may not be empty.
    func admitted(_ services: [EnergyService]) -> [EnergyService] {
        guard let numbers else { return services }
        let known = services.filter { numbers.contains($0.rawValue) }
        return known.isEmpty ? services : known
    }
}
