/** The checks of Slack's own client before it submits a modal, in its words. */

const REQUIRED = "Please complete this required field.";

/** Returns a Map of block_id → error for the invalid input blocks. `values` is the form's state. */
export function checkForm(blocks, values) {
  const wrong = new Map();
  blocks.forEach((block, index) => {
    if (block.type !== "input") return;
    const blockId = block.block_id ?? `block-${index}`;
    const value = readValue(values[blockId]?.[block.element.action_id ?? "action-0"]);
    const words = isEmpty(value) ? (block.optional ? "" : REQUIRED) : checkTyped(block.element, value);
    if (words) wrong.set(blockId, words);
  });
  return wrong;
}

function readValue(field) {
  const { type, ...rest } = field ?? {};
  return Object.values(rest)[0];
}

function isEmpty(value) {
  return value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0);
}

function checkTyped(element, value) {
  const check = {
    plain_text_input: checkLength,
    number_input: checkNumber,
    email_text_input: (_, text) =>
      /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text) ? "" : "Please enter a valid email address.",
    url_text_input: (_, text) => (/^[a-z][a-z0-9+.-]*:\/\/\S+$/i.test(text) ? "" : "Please enter a valid URL."),
  }[element.type];
  return check ? check(element, value) : "";
}

function checkLength(element, text) {
  const { min_length: least = 0, max_length: most = 3000 } = element;
  if (text.length < least) return `Please enter at least ${least} characters.`;
  return text.length > most ? `Please enter at most ${most} characters.` : "";
}

function checkNumber(element, text) {
  const isNumber = element.is_decimal_allowed ? /^-?\d+([.,]\d+)?$/ : /^-?\d+$/;
  if (!isNumber.test(text.trim()))
    return element.is_decimal_allowed ? "Please enter a number." : "Please enter a whole number.";
  const number = Number(text.replace(",", "."));
  if (element.min_value !== undefined && number < Number(element.min_value))
    return `Please enter a number of at least ${element.min_value}.`;
  if (element.max_value !== undefined && number > Number(element.max_value))
    return `Please enter a number of at most ${element.max_value}.`;
  return "";
}
