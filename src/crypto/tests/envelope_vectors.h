// Sealed envelopes and their keys, each made with two independent implementations
// (iot-central-credentials.md §6).
// Thread rule: constants.
#pragma once

#include <string_view>

namespace berth::crypto {

inline constexpr std::string_view kEnvelopePlaintext =
    R"({"deviceId":"bob-phone-01","scopeId":"0ne00000A1B",)"
    R"("deviceKey":"MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=",)"
    R"("modelId":"dtmi:com:example:Thermostat;1"})";

struct EnvelopeVector {
  std::string_view associated_data;
  std::string_view key;         // hex
  std::string_view ciphertext;  // with the tag, base64url
};

inline constexpr EnvelopeVector kPbkdf2Vector{
    "prov-cred;v=2;kdf=pbkdf2-sha256;i=600000",
    "96a5904c2e08c8da42305dbcc5d7cf18ead2636d49f59526b606f26696281473",
    "MAUlW0_M3jh0ghSzjs9mRDhQ5uKiIaIMt0CrcYYI1tQPZhbeKwY2xxXLt96f7S1DCjyfRHyP93KaTp8kreiOcgYo"
    "Y6Y70L-gSJd0XMAHwfpUh478j3tL6FX-gx1OJwuaVSJYeCbkT1Wb6M3h9SEqy_l8QBphZnDar-Dg2R5KsxX0jR68"
    "KBSUNnCOojHUPInvFqjIkeHRig5z1ZPzBGP5YeI8cisklq48"};

inline constexpr EnvelopeVector kScryptVector{
    "prov-cred;v=2;kdf=scrypt;ln=15;r=8;p=1",
    "5c662628ac4eb1068a287e2aa2a202ae248e98db04d61d3327e7342db6ec7097",
    "kD-hqUlZJgXnEXh4I5EFWWykrPbz_OJyrWY2geS3DYag370yNaFCzXWUMb6fATeNNjvK5if_Ky6O5znMQl_7s30e"
    "hQt3UcrUsNluupwZw_udIv675gZ6TVbEFTGCye3D-EbWIiQGO_4vYQ2KvFW6APKSKDJNL1o3LTPvmkkCC3cRedTg"
    "8rK93FP9lbUcR4TyWza-y7tUWI8BJBJO-gru0zLw6Sm_PSZU"};

inline constexpr EnvelopeVector kArgon2idVector{
    "prov-cred;v=2;kdf=argon2id;m=65536;t=3;p=1",
    "e3c889ca40ed01e6b6771fc8a5bf16e35ad60b41c9bd5d7e6d63adf51e50b0fd",
    "rVHxL3bSNbiJ53upoJK2OvfmbUuGc8iu0v-yWVvfSdtdj1nL39lAKKL-_RUpl7j9jj5_IfGFT2XfcrAjCPF4sFLc"
    "c-vBsOZpCIWhuuXJN85-MGydOOHc-Gcq3aySwNW-nz6w79q1JjTWR5Xmja8EvqOPIUlxb-ofbj8gV_GUGHpAY5h9"
    "j7ibfYBuYgjtNzpA0queoAjwbfj-SoEI45xGusJHQsWAwtx9"};

}  // namespace berth::crypto
