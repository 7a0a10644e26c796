import { createPortal } from "react-dom";
import { exactTime } from "../../parts/times";
import classes from "./credentials.module.css";
import { pictureOf, type NewCode } from "./credential";

// What a printer gets instead of the page.
export function PrintSheet({ code }: { code: NewCode }) {
  const typed = code.pickup ?? code.numeric;
  return createPortal(
    <div className={classes.sheet} aria-hidden data-print-sheet>
      <h1>{code.deviceId}</h1>
      <img src={pictureOf(code.qr.svg)} alt="" />
      {typed === null ? null : <p className={classes.sheetLetters}>{typed}</p>}
      <dl>
        <dt>Device Id</dt>
        <dd>{code.deviceId}</dd>
        <dt>Scope Id</dt>
        <dd>{code.scope}</dd>
        <dt>Server</dt>
        <dd>{window.location.host}</dd>
        <dt>Good until</dt>
        <dd>{exactTime(code.expiresAt)}, once</dd>
      </dl>
      <p>Whoever has this sheet before it is used can let a device in. Destroy it afterwards.</p>
    </div>,
    document.body,
  );
}
