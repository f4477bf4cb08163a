import { expect, test } from "vitest";
import { setRender } from "./render";

test("a render is added, or its kind replaced; its properties and what looks like one stay", () => {
  expect(setRender("T | count", "piechart")).toBe("T | count\n| render piechart");
  expect(setRender("T | count // all\n;\n", "card")).toBe("T | count\n| render card");
  expect(setRender('T | where a == "| render piechart"', "card")).toBe('T | where a == "| render piechart"\n| render card');
  expect(setRender("T | render timechart with (title='render x')", "areachart")).toBe("T | render areachart with (title='render x')");
  expect(setRender("T\n| render  timechart", "barchart")).toBe("T\n| render  barchart");
});
