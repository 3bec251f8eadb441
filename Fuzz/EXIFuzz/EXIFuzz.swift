// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import EXI
import EXIDIN
import EXIISO2
import EXIISO20
import Glibc

// What is read from arbitrary bytes must be a value that can be written, and that is read again alike. The first byte
// chooses document or fragment and whether full lists may be loops; the environment chooses the schema (scripts/fuzz).

let codecs: [String: (document: any EXIBody.Type, fragment: any EXIBody.Type)] = [
    "sap": (AppProtocol.Document.self, XMLSignature.Fragment.self),
    "din": (DIN.Document.self, DIN.Fragment.self),
    "iso2": (ISO2.Document.self, ISO2.Fragment.self),
    "iso20-CommonMessages": (ISO20.CommonMessagesDocument.self, ISO20.CommonMessagesFragment.self),
    "iso20-AC": (ISO20.ACDocument.self, ISO20.ACFragment.self),
    "iso20-DC": (ISO20.DCDocument.self, ISO20.DCFragment.self),
    "iso20-ACDP": (ISO20.ACDPDocument.self, ISO20.ACDPFragment.self),
    "iso20-WPT": (ISO20.WPTDocument.self, ISO20.WPTFragment.self),
]

let codec = {
    let name = getenv("SLUICE_FUZZ_SCHEMA").map { String(cString: $0) } ?? ""
    guard let codec = codecs[name] else { fatalError("SLUICE_FUZZ_SCHEMA is one of \(codecs.keys.sorted())") }
    return codec
}()

func check(_ type: (some EXIBody).Type, _ bytes: [UInt8], lenient: Bool) {
    guard let body = try? type.decode(bytes, lenientAboutFullLists: lenient) else { return }
    do {
        let again = try type.decode(try body.encode(), lenientAboutFullLists: false)
        precondition(again == body, "read \(body), read again \(again)")
    } catch { fatalError("read \(body), but not written or read again: \(error)") }
}

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    guard count > 1 else { return 0 }
    let bytes = Array(UnsafeBufferPointer(start: start + 1, count: count - 1))
    let type = start[0] & 1 == 0 ? codec.document : codec.fragment
    check(type, bytes, lenient: start[0] & 2 != 0)
    return 0
}

@_silgen_name("LLVMFuzzerRunDriver")
func run(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ one: @convention(c) (UnsafePointer<UInt8>, Int) -> CInt
) -> CInt

// The package manager renames main.
@_cdecl("EXIFuzz_main")
public func main(_ count: CInt, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> CInt {
    var count = count
    var arguments = arguments
    return run(&count, &arguments) { fuzz($0, $1) }
}
