/** The widget's words. It is one small script, so it brings its own and no library for them. */

const en = {
  open: 'Chat with us',
  close: 'Close the chat window',
  title: 'Chat',
  name: 'Your name',
  email: 'E-mail (optional)',
  emailHint: 'So we can reach you if we are cut off',
  message: 'How can we help?',
  start: 'Start chat',
  starting: 'Starting …',
  staffed: 'We are here now',
  unstaffed: 'Nobody is here right now. Leave your message; we answer as soon as somebody is.',
  waitingAhead: (position: number) => (position <= 1 ? 'You are next' : `You are number ${position} in line`),
  waiting: 'Looking for a colleague …',
  estimate: (half: string, most: string) =>
    half === most
      ? `Most wait less than ${most}`
      : `Half wait less than ${half}, nearly all less than ${most}`,
  wait: (ms: number) => {
    if (ms < 60_000) return `${Math.ceil(ms / 1000)} seconds`;
    const minutes = Math.ceil(ms / 60_000);
    return minutes === 1 ? '1 minute' : `${minutes} minutes`;
  },
  offered: 'A colleague is being called …',
  connected: (agent: string) => `You are talking with ${agent}`,
  closed: 'This chat has ended. Thank you!',
  again: 'Start a new chat',
  inFlow: 'A few questions first',
  answer: 'Your answer',
  skip: 'Skip',
  typing: (agent: string) => `${agent} is typing`,
  write: 'Write a message',
  send: 'Send',
  end: 'End chat',
  endSure: 'Really end it?',
  offline: 'Connection lost. Reconnecting; what you write is kept.',
  sending: 'Sending',
  failed: 'Not delivered',
  you: 'You',
  unread: (count: number) => `${count} unread`,
  callUs: 'Call us from this page',
  call: {
    asking: 'Your browser asks whether this page may use the microphone.',
    connecting: 'Connecting …',
    ringing: 'Ringing …',
    talking: 'Connected: you can speak now',
    ended: 'The call has ended',
  } as Record<string, string>,
  mute: 'Mute me',
  unmute: 'Unmute me',
  keypad: 'Keypad',
  hangUp: 'Hang up',
  back: 'Back',
  tooLong: 'That is longer than 4,000 characters.',
  turnedAway: {
    full: 'Too many people are waiting right now. Please try again later.',
    closed: 'We are closed right now. Please come back during our opening hours.',
    unstaffed: 'Nobody is here right now. Please try again later.',
    overdue: 'We are sorry: nobody became free in time. Please try again later.',
    flushed: 'We are sorry: this chat cannot be answered today. Please try again later.',
  } as Record<string, string>,
  errors: {
    network: 'We could not be reached. Try again; your text is kept.',
    needs_impossible: 'Nobody here can help with that. Please write to us another way.',
    overloaded:
      'Very many people are writing to us right now. Please try again in a moment; your text is kept.',
    chat_throttled: 'Too many chats were started from here. Please wait a moment.',
    widget_unknown: 'This chat is not available.',
    microphone: 'Without a microphone we cannot hear you. Allow it for this page and try again.',
    insecure: 'Browsers allow calls from secure pages alone.',
    web_calls_off: 'Nobody can be called from here right now. Please write to us.',
    web_calls_throttled: 'Too many calls were made from here. Please wait a minute.',
    phones_unreachable: 'The call could not be connected. Please try again in a moment.',
    contact_ended: 'This chat has already ended.',
    other: 'That did not work. Please try again.',
  } as Record<string, string>,
};

export type Words = typeof en;

const zh: Words = {
  open: '在线咨询',
  close: '关闭聊天窗口',
  title: '在线咨询',
  name: '您的称呼',
  email: '邮箱（选填）',
  emailHint: '万一中断，方便我们联系您',
  message: '请描述您的问题',
  start: '开始咨询',
  starting: '正在接入…',
  staffed: '客服在线',
  unstaffed: '客服暂时不在。请留言，有人上线后会尽快回复您。',
  waitingAhead: (position) => (position <= 1 ? '马上轮到您' : `您排在第 ${position} 位`),
  waiting: '正在为您安排客服…',
  estimate: (half, most) =>
    half === most ? `大多数人等待不超过${most}` : `一半人等待不超过${half}，绝大多数不超过${most}`,
  wait: (ms) => (ms < 60_000 ? `${Math.ceil(ms / 1000)} 秒` : `${Math.ceil(ms / 60_000)} 分钟`),
  offered: '正在呼叫客服…',
  connected: (agent) => `${agent} 为您服务`,
  closed: '本次咨询已结束，感谢您的来访！',
  again: '重新咨询',
  inFlow: '请先回答几个问题',
  answer: '您的回答',
  skip: '跳过',
  typing: (agent) => `${agent}正在输入`,
  write: '请输入消息',
  send: '发送',
  end: '结束咨询',
  endSure: '确定结束？',
  offline: '连接已断开，正在重新连接，您输入的内容不会丢失。',
  sending: '发送中',
  failed: '未送达',
  you: '我',
  unread: (count) => `${count} 条未读`,
  callUs: '在此页面拨打电话',
  call: {
    asking: '浏览器正在询问是否允许此页面使用麦克风。',
    connecting: '正在连接…',
    ringing: '正在呼叫…',
    talking: '已接通，请讲话',
    ended: '通话已结束',
  },
  mute: '静音',
  unmute: '取消静音',
  keypad: '拨号键盘',
  hangUp: '挂断',
  back: '返回',
  tooLong: '内容超过 4000 字。',
  turnedAway: {
    full: '当前排队人数过多，请稍后再试。',
    closed: '现在不在服务时间内，请在营业时间再来。',
    unstaffed: '客服暂时不在，请稍后再试。',
    overdue: '非常抱歉，未能及时为您接通客服，请稍后再试。',
    flushed: '非常抱歉，本次咨询暂时无法受理，请稍后再试。',
  },
  errors: {
    network: '暂时无法连接。请重试，您输入的内容已保留。',
    needs_impossible: '暂时没有客服能处理此类问题，请通过其他方式联系我们。',
    overloaded: '当前咨询人数很多，请稍候再试，您输入的内容已保留。',
    chat_throttled: '发起的咨询过多，请稍候再试。',
    widget_unknown: '在线咨询暂不可用。',
    microphone: '没有麦克风，我们听不到您。请允许此页面使用麦克风后重试。',
    insecure: '浏览器只允许在安全页面中通话。',
    web_calls_off: '暂时无法从此页面通话，请给我们留言。',
    web_calls_throttled: '从此处拨打的次数过多，请一分钟后再试。',
    phones_unreachable: '电话未能接通，请稍后再试。',
    contact_ended: '本次咨询已经结束。',
    other: '操作没有成功，请重试。',
  },
};

export const isChinese = (tag: string): boolean => tag.toLowerCase().startsWith('zh');
export const wordsOf = (tag: string): Words => (isChinese(tag) ? zh : en);

/** The page's word first, then the visitor's browser. */
export const languageOf = (script: HTMLScriptElement): string =>
  script.dataset.lang ?? (document.documentElement.lang || navigator.language);
