import { CopyButton } from "../../parts/CopyField";
import { TimeAgo } from "../../parts/TimeAgo";
import classes from "./device.module.css";
import { Facts } from "./Facts";
import type { CertificateInfo } from "./types";

export function Fingerprint({ sha256 }: { sha256: string }) {
  return (
    <span className={classes.fingerprint}>
      <code className={classes.mono}>{sha256.match(/.{1,8}/g)?.join(" ") ?? sha256}</code>
      <CopyButton value={sha256} what="SHA-256 fingerprint" />
    </span>
  );
}

const present = (text: string | null | undefined): text is string =>
  text !== null && text !== undefined && text !== "";

export function Certificate({ certificate }: { certificate: CertificateInfo }) {
  const { subject, issuer, serial, notBefore, notAfter, byKey } = certificate;
  return (
    <Facts
      facts={[
        ["SHA-256", <Fingerprint key="print" sha256={certificate.sha256} />],
        present(subject) ? ["Subject", subject] : null,
        present(issuer) ? ["Issuer", issuer] : null,
        present(serial) ? ["Serial", <code className={classes.mono}>{serial}</code>] : null,
        ["Good from", <TimeAgo key="from" at={notBefore} />],
        ["Good until", <TimeAgo key="until" at={notAfter} />],
        byKey ? ["Known by", "its key: any certificate of the same key will do"] : null,
      ]}
    />
  );
}
