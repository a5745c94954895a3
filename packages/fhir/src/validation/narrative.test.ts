import { describe, expect, it } from 'vitest';
import { narrativeProblem } from './narrative.ts';

const div = (inner: string) => `<div xmlns="http://www.w3.org/1999/xhtml">${inner}</div>`;

describe('narrative', () => {
  it.each([
    div('text'),
    div('<p>a <b>b</b><br/>c<br /></p>'),
    div('<img src="#p" alt="x"/>'),
    div('<a href="https://example.org/?a=b&amp;c=d#e">x</a>'),
    div('<!-- a > b --><table border="1"><tr><td title="a>b">x</td></tr></table>'),
    div('<img src="data:image/png;base64,AAAA"/>'),
    `\n${div('x')}\n`,
  ])('takes %s', (text) => {
    expect(narrativeProblem(text)).toBeUndefined();
  });

  it.each([
    '',
    'text',
    '<p>x</p>',
    div(''),
    div(' <p> </p>'),
    div('x').slice(0, -1),
    div('<p>x'),
    div('<b><i>x</b></i>'),
    `${div('x')}x`,
    div('x') + div('y'),
    div('<script>x</script>'),
    div('x<iframe/>'),
    div('<svg>x</svg>'),
    div('<p onclick="x()">x</p>'),
    div('<p\nONLOAD = "x()">x</p>'),
    div('<a href="javascript:x()">x</a>'),
    div("<a href=' java\nscript:x()'>x</a>"),
    div('<a href="java&#115;cript:x()">x</a>'),
    div('<a href="java&#x73;cript&colon;x()">x</a>'),
    div('<a href="data:text/html,x">x</a>'),
    div('<!-- x'),
    div('a < b'),
  ])('refuses %j', (text) => {
    expect(narrativeProblem(text)).toEqual(expect.any(String));
  });

  it('is read in time that grows with its length only', () => {
    const attributes = 'a="&#" '.repeat(50_000);
    expect(narrativeProblem(div(`<p ${attributes}>x</p>`))).toBeUndefined();
    expect(narrativeProblem(div(`<p ${'a'.repeat(200_000)}`))).toEqual(expect.any(String));
    expect(narrativeProblem(div('<p>'.repeat(50_000)))).toEqual(expect.any(String));
  });
});
