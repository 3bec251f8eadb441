// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import FoundationEssentials

/// Why an EVSE does what it does, for a terminal: what `sluice why` prints.
package struct ExplanationText: CustomStringConvertible {
    let explanation: Explanation

    package init(_ explanation: Explanation) { self.explanation = explanation }

    package var description: String {
        let time = WireJSON.text(of: explanation.time).prefix(19).replacing("T", with: " ")
        let head = TextLayout.apart("EVSE \(explanation.evse): \(explanation.target)", "\(time) UTC")
        return ([head] + explanation.steps.indices.flatMap(lines)).joined(separator: "\n") + "\n"
    }

    private func lines(_ index: Int) -> [String] {
        let step = explanation.steps[index]
        let changed = index > 0 && explanation.steps[index - 1].value != step.value
        let head =
            "\(changed ? "*" : " ") \(TextLayout.left(step.stage, 20)) \(TextLayout.right(TextLayout.power(step.value), 11))  "
        let because = TextLayout.wrapped(step.because, indent: head.count)
        guard let first = because.first else { return [Self.trimmed(head)] }
        return [head + first.dropFirst(head.count)] + because.dropFirst()
    }

    private static func trimmed(_ text: String) -> String {
        var text = text
        while text.last == " " { text.removeLast() }
        return text
    }
}
