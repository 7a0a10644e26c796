"""A device with a TPM: what it shows to register, and how it answers (azure-dps.md §1.9)."""

from dataclasses import dataclass

from wire import HTTPS, Attempt, Token

TPM_TRANSPORTS = (HTTPS,)  # MQTT has no way for it


@dataclass
class ShowTpm(Attempt):
    """The keys of its TPM, with `token` or without."""

    tpm: object = None  # software_tpm.SoftwareTpm
    mended: object = None
    answers: bool = False  # opens a challenge, and registers with its answer

    def body(self):
        self.more = {"tpm": {"endorsementKey": self.tpm.endorsement_key,
                             "storageRootKey": self.tpm.storage_root_key}}
        return super().body()


def send_tpm(send, attempt):
    """`send` sends an attempt once."""
    if attempt.answers:
        attempt.token = None
    heard = send(attempt)
    if not attempt.answers or "authenticationKey" not in heard.body:
        return heard
    attempt.token = Token(attempt.tpm.opened(heard.body["authenticationKey"]))
    return send(attempt)
