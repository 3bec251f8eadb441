// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// A page that brings everything with it.
enum PageShell {
    static func html(_ page: String, style: String, script: String) -> String {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>Sluice</title>
        <link rel="icon" href="data:,">
        <style>\(style)</style>
        </head>
        <body>
        \(page)
        <script>\(script)</script>
        </body>
        </html>

        """
    }
}
