// Criteria: what a workbook decides by conditions, one after the other, as of a column of a merge or a parameter.

import { plainText } from "../values/format";
import type { Cell, ColumnType } from "../api/table";
import { fits, operators } from "./looks";
import type { Criterion } from "./workbook";

/** The criteria of a column of a merge or of a parameter, in their order. */
export const criteriaOf = (data: { criteriaContext?: Criterion }[] | undefined): Criterion[] => (data ?? []).flatMap((d) => d.criteriaContext ?? []);

/** A value by its name. */
export type Operand = { type: ColumnType; cell: Cell } | undefined;

const others: Record<string, string> = { isNull: "is Empty", isNotNull: "is not empty", notContains: "doesNotContain" };

/** Criteria write some conditions otherwise than thresholds do. */
export const operatorOf = ({ operator = "Default" }: Criterion) => others[operator] ?? operator;

/** The first criterion that holds. */
export const held = (criteria: Criterion[], named: (name: string | undefined) => Operand): Criterion | undefined =>
  criteria.find((c) => {
    const operator = operatorOf(c);
    if (operator === "Default") return true;
    const left = named(c.leftOperand);
    const right = c.rightVal && (c.rightValType === "column" || c.rightValType === "param") ? plainText(named(c.rightVal)?.cell ?? null) : c.rightVal;
    return left !== undefined && fits(left.cell, left, operator, right);
  });

/** What criteria of a column or a parameter ask for and is not here, by name. */
export function* lackingCriteria(criteria: Criterion[], of: string): Generator<string> {
  for (const c of criteria) {
    if (c.resultValType === "expression") yield `expressions in ${of}`;
    if (!operators.includes(operatorOf(c))) yield `condition ${c.operator}`;
  }
}
