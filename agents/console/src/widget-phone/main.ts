/** Loaded by the widget when somebody wants to call: a second script, so that who only chats never loads it. */
import { Line } from '../sip/line';
import type { OpenLine } from '../widget/call';

const open: OpenLine = (account, listener) => new Line(account, false, listener);
(window as { ccPhone?: OpenLine }).ccPhone = open;
