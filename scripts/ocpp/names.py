# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Sluice authors
"""What the schemas do not say: who may send which message, and the data types' names of 1.6, whose schemas have none."""

# Requests a station sends; DataTransfer and NotifyWebPaymentStarted go both ways, everything else is sent to a station.
FROM_STATION = {
    "16": """Authorize BootNotification DataTransfer DiagnosticsStatusNotification FirmwareStatusNotification Heartbeat
        LogStatusNotification MeterValues SecurityEventNotification SignCertificate SignedFirmwareStatusNotification
        StartTransaction StatusNotification StopTransaction""",
    "201": """Authorize BootNotification ClearedChargingLimit DataTransfer FirmwareStatusNotification
        Get15118EVCertificate GetCertificateStatus Heartbeat LogStatusNotification MeterValues NotifyChargingLimit
        NotifyCustomerInformation NotifyDisplayMessages NotifyEVChargingNeeds NotifyEVChargingSchedule NotifyEvent
        NotifyMonitoringReport NotifyReport PublishFirmwareStatusNotification ReportChargingProfiles
        ReservationStatusUpdate SecurityEventNotification SignCertificate StatusNotification TransactionEvent""",
}
FROM_STATION["21"] = (
    FROM_STATION["201"]
    + """ BatterySwap ClosePeriodicEventStream GetCertificateChainStatus NotifyDERAlarm NotifyDERStartStop
        NotifyPeriodicEventStream NotifyPriorityCharging NotifySettlement NotifyWebPaymentStarted OpenPeriodicEventStream
        PullDynamicScheduleUpdate ReportDERControl VatNumberValidation"""
)
BOTH_WAYS = {"DataTransfer", "NotifyWebPaymentStarted"}

# Data types of 1.6, by the field or the message that holds them.
TYPES_16 = {
    "chargingProfile": "ChargingProfileType",
    "chargingSchedule": "ChargingScheduleType",
    "chargingSchedulePeriod": "ChargingSchedulePeriodType",
    "configurationKey": "KeyValueType",
    "csChargingProfiles": "ChargingProfileType",
    "idTagInfo": "IdTagInfoType",
    "localAuthorizationList": "AuthorizationDataType",
    "meterValue": "MeterValueType",
    "sampledValue": "SampledValueType",
    "transactionData": "MeterValueType",
}
ENUMS_16 = {
    "AuthorizeResponse.idTagInfo.status": "AuthorizationStatusEnumType",
    "BootNotificationResponse.status": "RegistrationStatusEnumType",
    "CancelReservationResponse.status": "CancelReservationStatusEnumType",
    "ChangeAvailability.type": "AvailabilityEnumType",
    "ChangeAvailabilityResponse.status": "AvailabilityStatusEnumType",
    "ChangeConfigurationResponse.status": "ConfigurationStatusEnumType",
    "ClearCacheResponse.status": "ClearCacheStatusEnumType",
    "ClearChargingProfileResponse.status": "ClearChargingProfileStatusEnumType",
    "DataTransferResponse.status": "DataTransferStatusEnumType",
    "DiagnosticsStatusNotification.status": "DiagnosticsStatusEnumType",
    "FirmwareStatusNotification.status": "UnsignedFirmwareStatusEnumType",
    "GetCompositeScheduleResponse.status": "GetCompositeScheduleStatusEnumType",
    "RemoteStartTransactionResponse.status": "RemoteStartStopStatusEnumType",
    "RemoteStopTransactionResponse.status": "RemoteStartStopStatusEnumType",
    "ReserveNowResponse.status": "ReservationStatusEnumType",
    "Reset.type": "ResetEnumType",
    "ResetResponse.status": "ResetStatusEnumType",
    "SendLocalList.updateType": "UpdateEnumType",
    "SendLocalListResponse.status": "UpdateStatusEnumType",
    "SetChargingProfileResponse.status": "ChargingProfileStatusEnumType",
    "StatusNotification.errorCode": "ChargePointErrorCodeEnumType",
    "StatusNotification.status": "ChargePointStatusEnumType",
    "StopTransaction.reason": "ReasonEnumType",
    "TriggerMessage.requestedMessage": "UnsignedMessageTriggerEnumType",
    "TriggerMessageResponse.status": "UnsignedTriggerMessageStatusEnumType",
    "UnlockConnectorResponse.status": "UnlockStatusEnumType",
    "chargingProfileKind": "ChargingProfileKindEnumType",
    "chargingProfilePurpose": "ChargingProfilePurposeEnumType",
    "chargingRateUnit": "ChargingRateUnitEnumType",
    "context": "ReadingContextEnumType",
    "format": "ValueFormatEnumType",
    "location": "LocationEnumType",
    "measurand": "MeasurandEnumType",
    "phase": "PhaseEnumType",
    "recurrencyKind": "RecurrencyKindEnumType",
    "unit": "UnitOfMeasureEnumType",
}
# StopTransaction forgets a unit and that a meter value has at least one sample; MeterValues has it as the text does.
MERGED_16 = {"UnitOfMeasureEnumType", "MeterValueType"}

KEYWORDS = set(
    """associatedtype class deinit enum extension fileprivate func import init inout internal let open operator private
    precedencegroup protocol public rethrows static struct subscript typealias var break case catch continue default defer do else
    fallthrough for guard if in repeat return throw switch where while Any as await false is nil self Self super throws true try""".split()
)
