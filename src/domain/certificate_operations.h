// What operators ask of a scope's certificates, as in operations.h.
//
// Room domain. Certificates come as text: PEM, or the base64 of their DER.
// Thread rule: plain values.
#pragma once

#include "domain/edits.h"
#include "domain/paging.h"

#include <string>

namespace berth::domain {

// CAs of a scope. A new certificate in place of another must be verified anew.
struct CreateCa {
  std::string scope;
  CaEdit edit;
};
struct GetCa {
  std::string scope;
  std::string name;
};
struct ListCas {
  std::string scope;
};
struct UpdateCa {
  std::string scope;
  std::string name;
  CaEdit edit;
  Precondition precondition;
};
struct DeleteCa {
  std::string scope;
  std::string name;
  Precondition precondition;
};  // refused while a group names it
// A new code that the owner of the CA puts into the CN of a certificate it signs.
struct MakeVerificationCode {
  std::string scope;
  std::string name;
  Precondition precondition;
};
struct VerifyCa {
  std::string scope;
  std::string name;
  std::string certificate;  // as TrustSlotEdit
  Precondition precondition;
};
// Ends what devices have by that certificate, or by one it signed.
struct RevokeCertificate {
  std::string scope;
  std::string sha256;       // hex, with or without colons; or
  std::string certificate;  // as TrustSlotEdit
  std::string reason;
};
struct RestoreCertificate {
  std::string scope;
  std::string sha256;
};
struct ListRevoked {
  std::string scope;
  Page page;
};
// Certificates that were issued to devices, newest first.
struct ListIssued {
  std::string scope;
  std::string registration;  // empty: of all
  Page page;
};
// The firmware that the held registration ran is accepted by its enrollment from now on.
struct ApproveFirmware {
  std::string scope;
  std::string registration;
};

}  // namespace berth::domain
