// What must come out when a compatible code is made or read: strings that the first makers of codes
// made, and that their readers and openssl read (iot-central-credentials.md §5).
// Thread rule: constants.
#pragma once

#include <string_view>

namespace berth::crypto {

struct CompatibleVector {
  std::string_view device_id;
  std::string_view device_key;
  std::string_view passphrase;
  std::string_view scope_id;
  std::string_view model_id;
  std::string_view salt;  // hex
  std::string_view json;
  std::string_view code;
};

inline constexpr CompatibleVector kL1{
    "bob-phone-01",
    "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=",
    "correct horse",
    "0ne00000A1B",
    "urn:continuousPatientMonitoringTemplate:Smart_Knee_Brace_5k3:1",
    "0011223344556677",
    R"({"deviceId":"bob-phone-01","deviceKey":"MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkw)"
    R"(MTI=","patientId":"correct horse","scopeId":"0ne00000A1B","modelId":"urn:continu)"
    R"(ousPatientMonitoringTemplate:Smart_Knee_Brace_5k3:1"})",
    "U2FsdGVkX18AESIzRFVmdyPGGvjg09TembYzP11b2QziTcAtp4pOipjGukj7TcCG6Ad5z7L0yl12VJ/Cf1F8Elk5"
    "/EumEcx6l7KYkopkA7l6J+krPoKunubLqtoATe/z3ZjxP/I66+TFU6uWC0v8DnnEtciXylY3rqyPKJidJ7AONPVH"
    "2XRT9lzXahCvVo2cIcYS2pYWl6gDstTIJFhxF+8G6RIyNcHkw0ZRgHuxGV6DV5dbOQkcMT7EmN/9ZoO2HzHjsj+E"
    "1jKt1rDBykiAu019bHICYgzjifo+DqXffRbzRIgWVt7WA/ZErRUYMEnGjd7qRDz0ixOZUUklNcSxjz2XQ7YcY5Fc"
    "jmxJHCiiM/z8/cY0JgnNIjVuSmAEyo6RGB3FgENzRsL71cm/bGnbvA=="};

inline constexpr CompatibleVector kL2{
    "d",
    "a2V5",
    "p",
    "0ne1",
    "",
    "8899aabbccddeeff",
    R"({"deviceId":"d","deviceKey":"a2V5","patientId":"p","scopeId":"0ne1","modelId":"")"
    R"(})",
    "U2FsdGVkX1+Imaq7zN3u/3/fPPvOiNjEATSOZGwtUrlYBnDXDA4f9iPLvYaMrHOjEcnhUBdBv3nNSgPnXBq0BIV3"
    "JsteGMEgS0o9hEk0IqLDskZZTOTC2BmdqRkFDcl5vIxuW6gxQU9WNBKp6AzlwezBHsAkU14UcrjaL70JoCo="};

inline constexpr CompatibleVector kL3{
    "gerät-7",
    "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=",
    "pässwörd-✓",
    "0neFFFFFFFF",
    "dtmi:com:example:Thermostat;1",
    "deadbeefcafebabe",
    R"({"deviceId":"gerät-7","deviceKey":"MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=")"
    R"(,"patientId":"pässwörd-✓","scopeId":"0neFFFFFFFF","modelId":"dtmi:com:example:Th)"
    R"(ermostat;1"})",
    "U2FsdGVkX1/erb7vyv66vqRxVLfiLQAi5d/QZ0TRSocaXwZB8ggkYS2mT080+CqSDAj6/vSnJ7Xx8xXh/ttnpjhY"
    "y504ZA0E95f3TpUHtbpD2SRSoSVABxN7+xgtNdgTTyW5Ps8ihc/1UeTIuU8HK56ohZ1Lfn/pCMvM58atuibTrEBu"
    "kSX4pwR/zrFkmMSdtZt4qa0SOeM/3+dJ4yYwdlvRSNnLh21u//Zyz1HGkZ92mcRS5MWa2r05cpUp4AxLcPea4zgk"
    "ODYhuMYq3S4rQt3cjnDyuL8+oWG1Gny+8VvsjuCmGPYUEDbeYz7rj8UMLdohgh6siYCAGLu2zYnosw=="};

}  // namespace berth::crypto
