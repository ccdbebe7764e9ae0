import { answerText, failureOf, type TextRequest } from './text-engine';

self.addEventListener('message', ({ data }: MessageEvent<TextRequest>) => {
  try {
    self.postMessage({ answer: answerText(data) });
  } catch (error) {
    self.postMessage({ failure: failureOf(error) });
  }
});
