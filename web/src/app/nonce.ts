// The nonce of this page's content security policy, for the style elements that components make.
import { setNonce } from "get-nonce";

const meta = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]');

export const styleNonce: string = meta?.nonce ?? "";

if (styleNonce !== "") setNonce(styleNonce);
