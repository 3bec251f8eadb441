// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// The timers and constants of matching under their names in ISO 15118-3 (table 3 and table A.1).
public enum SLACTiming {
    /// Station: from state B to CM_SLAC_PARM.REQ, 20 to 50 s; the longest, for slow cars.
    public static var TT_EVSE_SLAC_init: Interval { .seconds(50) }
    /// Station: from CM_START_ATTEN_CHAR.IND to the average of what was heard.
    public static var TT_EVSE_match_MNBC: Interval { .milliseconds(600) }
    /// Station: from CM_ATTEN_CHAR.RSP to CM_VALIDATE.REQ or CM_SLAC_MATCH.REQ.
    public static var TT_EVSE_match_session: Interval { .seconds(10) }
    /// Station: the longest it watches the control pilot's toggling.
    public static var TT_EVSE_vald_toggle: Interval { .milliseconds(3_500) }
    /// Station: the average may take 100 ms; part of it, for cars that are not ready at once after their last sound.
    static var TP_EVSE_avg_atten_calc: Interval { .milliseconds(40) }

    /// Either side: the wait for an answer.
    public static var TT_match_response: Interval { .milliseconds(200) }
    /// Either side: the wait for the next request.
    public static var TT_match_sequence: Interval { .milliseconds(400) }
    /// Either side: from CM_SLAC_MATCH.CNF to the link.
    public static var TT_match_join: Interval { .seconds(12) }
    /// Messages of one kind after the first.
    public static let C_EV_match_retry = 2

    /// Car: from the first CM_START_ATTEN_CHAR.IND to the last CM_ATTEN_CHAR.IND.
    public static var TT_EV_atten_results: Interval { .milliseconds(1_200) }
    /// Car: between two indications, 20 to 50 ms.
    public static var TP_EV_batch_msg_interval: Interval { .milliseconds(30) }
    /// Car: from a failed run to the next.
    public static var TT_matching_rate: Interval { .milliseconds(400) }
    /// Car: how long runs are begun anew.
    public static var TT_matching_repetition: Interval { .seconds(10) }
    public static let C_EV_start_atten_char_inds = 3
    public static let C_EV_match_MNBC: UInt8 = 10

    /// The own modem's answer to a key; not the standard's. Some modems start anew for it.
    static var modemAnswer: Interval { .seconds(1) }
    static let modemAttempts = 5
    /// Cars that a station listens to at once.
    public static let C_EVSE_match_parallel = 5
}
