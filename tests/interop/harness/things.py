"""The scene of all that is told about things with passwords: one template, one account, serials.

The same for a client library that is run by hand and for its transcript that CI says again.
"""

MODEL = "mod-588acc123945ec8436bde3aa"
REISSUING = "mod-588acc123945ec8436bde3ab"
DERIVING = "mod-588acc123945ec8436bde3ac"
TURNED = "mod-588acc123945ec8436bde3ad"
SECRET = "s3cr3t"  # of the vectors in the protocol's description
ENROL, CONTROL = "enrollpw", "ctrlpw1"
ACCOUNT, MASTER = "me@example.org", "masterpw1"
LIBRARIES = ("js", "java", "c", "python", "php")


def make(berth, serials):
    """The template MODEL with these serials, and the account."""
    berth.create_template(MODEL)
    berth.create_account(ACCOUNT, MASTER)
    berth.import_serials(MODEL, [(serial, ENROL, CONTROL) for serial in serials])


def of_libraries():
    """The serials that the client programs want."""
    return [f"SN-{library}-{number}" for library in LIBRARIES for number in (1, 2)]
