import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';

/** What a query asks for by name and labels. */
export interface Selector {
  readonly metric: string;
  readonly matchers: readonly Matcher[];
}

export interface Matcher {
  readonly label: string;
  readonly operator: string;
  readonly value: string;
}

/** Where an expression cannot be read. */
export function faultsIn(expression: string): number[] {
  const faults: number[] = [];
  parser.parse(expression).iterate({
    enter({ type, from }) {
      if (type.isError) faults.push(from);
    },
  });
  return faults;
}

export function selectorsIn(expression: string): Selector[] {
  const text = ({ from, to }: SyntaxNode): string => expression.slice(from, to);
  return nodesIn(expression, 'VectorSelector').map((node) => ({
    metric: text(node.getChild('Identifier') ?? node),
    matchers: (node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? []).map((matcher) => ({
      label: text(matcher.getChild('LabelName') ?? matcher),
      operator: text(matcher.getChild('MatchOp') ?? matcher),
      value: JSON.parse(text(matcher.getChild('StringLiteral') ?? matcher)) as string,
    })),
  }));
}

/** Labels by which an expression groups. */
export function groupingIn(expression: string): string[] {
  return nodesIn(expression, 'GroupingLabels').flatMap((node) =>
    node.getChildren('LabelName').map(({ from, to }) => expression.slice(from, to)),
  );
}

function nodesIn(expression: string, name: string): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  parser.parse(expression).iterate({
    enter(ref) {
      if (ref.name === name) found.push(ref.node);
    },
  });
  return found;
}

/** Whether a series with these labels is one of those that are asked for; a label that is not there counts as empty. */
export function matches({ matchers }: Selector, labels: Readonly<Record<string, string>>): boolean {
  return matchers.every(({ label, operator, value }) => {
    const actual = labels[label] ?? '';
    const pattern = (): boolean => new RegExp(`^(?:${value})$`).test(actual);
    if (operator === '=') return actual === value;
    if (operator === '!=') return actual !== value;
    return operator === '=~' ? pattern() : !pattern();
  });
}
