// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Testing
