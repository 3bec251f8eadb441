// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import CZlib

/// Makes the text of a call short, with a dictionary of what calls are made of. The first byte says how it is written: 0 as
/// it is, 1 deflated with the first dictionary. A dictionary that was used once stays as it is.
final class CallText {
    private static let longest = 1 << 20

    func compressed(_ text: [UInt8]) -> [UInt8] {
        guard let short = deflated(text), short.count < text.count else { return [0] + text }
        return [1] + short
    }

    /// - Returns: Nil for what `compressed` has not made.
    func restored(_ stored: [UInt8]) -> [UInt8]? {
        switch stored.first {
        case 0: Array(stored.dropFirst())
        case 1: inflated(Array(stored.dropFirst()))
        case _: nil
        }
    }

    private func deflated(_ text: [UInt8]) -> [UInt8]? {
        var stream = z_stream()
        guard zlib_deflate_init(&stream, 15) == Z_OK else { return nil }
        defer { deflateEnd(&stream) }
        guard
            Self.dictionary.withUnsafeBufferPointer({
                deflateSetDictionary(&stream, $0.baseAddress, UInt32($0.count))
            }) == Z_OK
        else { return nil }
        return run(&stream, text, room: text.count + 64) { deflate(&$0, Z_FINISH) }
    }

    private func inflated(_ text: [UInt8]) -> [UInt8]? {
        var stream = z_stream()
        guard zlib_inflate_init(&stream, 15) == Z_OK else { return nil }
        defer { inflateEnd(&stream) }
        guard
            Self.dictionary.withUnsafeBufferPointer({
                inflateSetDictionary(&stream, $0.baseAddress, UInt32($0.count))
            }) == Z_OK
        else { return nil }
        return run(&stream, text, room: Self.longest) { inflate(&$0, Z_FINISH) }
    }

    /// - Returns: Nil unless it ends within `room` bytes.
    private func run(
        _ stream: inout z_stream, _ input: [UInt8], room: Int, _ step: (inout z_stream) -> Int32
    ) -> [UInt8]? {
        var input = input
        return input.withUnsafeMutableBufferPointer { source in
            stream.next_in = source.baseAddress
            stream.avail_in = UInt32(source.count)
            var output: [UInt8] = []
            var piece = [UInt8](repeating: 0, count: min(room, 4_096))
            while output.count <= room {
                let (result, count) = piece.withUnsafeMutableBufferPointer { target in
                    stream.next_out = target.baseAddress
                    stream.avail_out = UInt32(target.count)
                    let result = step(&stream)
                    return (result, target.count - Int(stream.avail_out))
                }
                output += piece[..<count]
                if result == Z_STREAM_END { return output.count <= room ? output : nil }
                // Z_BUF_ERROR says no more than that the piece is full.
                guard result == Z_OK || result == Z_BUF_ERROR, count > 0 else { return nil }
            }
            return nil
        }
    }

    /// The commonest come last, where zlib reaches them with the fewest bits.
    private static let dictionary = Array(
        """
        SecurityEventNotification {"type":"StartupOfTheDevice","timestamp":"2026-"reservationId":"idToken":{"idToken":"","type":\
        "ISO14443","additionalInfo":"Central""eMAID""KeyCode""Local""NoAuthorization""stoppedReason":"Local""Remote"\
        "EVDisconnected""PowerLoss""Reboot""DeAuthorized""eventType":"Ended""eventType":"Started""triggerReason":"Authorized"\
        "CablePluggedIn""ChargingStateChanged""EVDeparted""EVDetected""RemoteStart""RemoteStop""StopAuthorized""Trigger"\
        "LimitSet""OperationModeChanged""chargingState":"EVConnected""SuspendedEV""SuspendedEVSE""Idle""operationMode":\
        "CentralSetpoint""context":"Transaction.Begin""Transaction.End""Trigger""Sample.Clock""Power.Reactive.Import"\
        "Current.Export""Frequency""Current.Offered""Power.Offered""SoC""unit":"Percent""unit":"Hz""location":"EV"\
        "phase":"L1""phase":"L2""phase":"L3""phase":"L1-N""phase":"L2-N""phase":"L3-N""measurand":"Voltage","unitOfMeasure":\
        {"unit":"V"}},{"value":"measurand":"Current.Import","unitOfMeasure":{"unit":"A"}},{"value":"measurand":\
        "Power.Active.Export","unitOfMeasure":{"unit":"W"}},{"value":"measurand":"Power.Active.Import","unitOfMeasure":\
        {"unit":"W"}},{"value":"measurand":"Energy.Active.Export.Register","unitOfMeasure":{"unit":"Wh"}},{"value":\
        TransactionEvent {"eventType":"Updated","meterValue":[{"sampledValue":[{"value":0.0,"measurand":\
        "Energy.Active.Import.Register","context":"Sample.Periodic","location":"Outlet","unitOfMeasure":{"unit":"Wh",\
        "multiplier":0}}],"timestamp":"2026-01-01T00:00:00.000Z"}],"timestamp":"2026-01-01T00:00:00.000Z","triggerReason":\
        "MeterValuePeriodic","seqNo":1,"offline":true,"transactionInfo":{"transactionId":"","chargingState":"Charging"},\
        "evse":{"id":1,"connectorId":1}}
        """.utf8)
}
