// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Synchronization

/// A value that a `@Sendable` closure may fill.
final class Mutexed<Value: Sendable>: Sendable {
    private let mutex: Mutex<Value>
    init(_ value: sending Value) { mutex = Mutex(value) }
    var value: Value { mutex.withLock { $0 } }
}

extension Mutexed {
    func append<Element>(_ element: sending Element) where Value == [Element], Element: Sendable {
        mutex.withLock { $0.append(element) }
    }
}
