// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// One sweep as an SVG picture: the code's curve as a line, what was measured as dots.
struct SweepChart {
    private let sweep: GridCodeSweep
    private let title: String
    private let x: Axis
    private let y: Axis

    init(_ sweep: GridCodeSweep, title: String) {
        self.sweep = sweep
        self.title = title
        let xs = sweep.points.map(\.x)
        let ys: [Double] = sweep.points.map(\.expected) + sweep.points.map(\.measured) + [0]
        x = Axis(xs.min() ?? 0, xs.max() ?? 1, from: 80, to: 690)
        y = Axis(ys.min() ?? 0, ys.max() ?? 1, from: 370, to: 50)
    }

    /// Numbers to pixels, with ticks at round numbers.
    private struct Axis {
        let lower: Double
        let upper: Double
        let step: Double
        private let start: Double
        private let end: Double

        init(_ least: Double, _ most: Double, from start: Double, to end: Double) {
            let span = max(most - least, 1e-9)
            // The smallest of 1, 2, 5 times a power of ten that makes at most eight intervals.
            var step = 1e-9
            for factor in Self.factors {
                step *= factor
                if span / step <= 8 { break }
            }
            self.step = step
            lower = (least / step).rounded(.down) * step
            upper = (most / step).rounded(.up) * step
            self.start = start
            self.end = end
        }
        /// 1, 2, 5, 10, 20, …: each as the factor to the one before.
        private static let factors: [Double] = [1] + (0..<18).flatMap { _ in [2, 2.5, 2] }

        func pixel(_ value: Double) -> Double {
            upper > lower ? start + (value - lower) / (upper - lower) * (end - start) : start
        }
        var ticks: [Double] {
            let count = max(0, Int(((upper - lower) / step).rounded()))
            return (0...count).map { lower + Double($0) * step }
        }
        func label(_ value: Double) -> String {
            let decimals = step >= 1 ? 0 : step >= 0.1 ? 1 : 2
            let text = SweepReport.number(value, decimals)
            return text == "-0" ? "0" : text
        }
    }

    var svg: String {
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 440" font-family="sans-serif" font-size="12" fill="#222">
          <rect width="720" height="440" fill="#fff"/>
          <text x="80" y="28" font-size="15">\(escaped(title))</text>
        \(grid)
          <polyline fill="none" stroke="#888" stroke-width="2" points="\(line)"/>
        \(dots)
          <text x="385" y="425" text-anchor="middle">\(xLabel)</text>
          <text x="22" y="210" text-anchor="middle" transform="rotate(-90 22 210)">\(yLabel)</text>
          <line x1="470" y1="24" x2="500" y2="24" stroke="#888" stroke-width="2"/>
          <text x="506" y="28">the code's curve</text>
          <circle cx="625" cy="24" r="2.5" fill="#0a58ca"/>
          <text x="634" y="28">measured</text>
        </svg>

        """
    }

    private var xLabel: String {
        switch sweep.quantity {
        case .frequency: "frequency in Hz"
        case .voltage: "voltage in % of the nominal one"
        case .power: "delivered power in % of the rating"
        }
    }

    private var yLabel: String {
        sweep.name.hasPrefix("p")
            ? "power in % of the rating, import positive" : "reactive power in %, injected positive"
    }

    private var grid: String {
        let vertical = x.ticks.map { tick in
            let at = pixel(x.pixel(tick))
            return """
                  <line x1="\(at)" y1="50" x2="\(at)" y2="370" stroke="#e4e4e4"/>
                  <text x="\(at)" y="388" text-anchor="middle">\(x.label(tick))</text>
                """
        }
        let horizontal = y.ticks.map { tick in
            let at = pixel(y.pixel(tick))
            let colour = abs(tick) < y.step / 1_000 ? "#888" : "#e4e4e4"
            return """
                  <line x1="80" y1="\(at)" x2="690" y2="\(at)" stroke="\(colour)"/>
                  <text x="72" y="\(at)" dy="4" text-anchor="end">\(y.label(tick))</text>
                """
        }
        return (vertical + horizontal).joined(separator: "\n")
    }

    private var line: String {
        sweep.points.map { "\(pixel(x.pixel($0.x))),\(pixel(y.pixel($0.expected)))" }.joined(separator: " ")
    }

    private var dots: String {
        sweep.points.map {
            "  <circle cx=\"\(pixel(x.pixel($0.x)))\" cy=\"\(pixel(y.pixel($0.measured)))\" r=\"2.5\" fill=\"#0a58ca\"/>"
        }.joined(separator: "\n")
    }

    private func pixel(_ value: Double) -> String { SweepReport.number(value, 1) }

    private func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
