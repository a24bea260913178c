/** The renderer of each interactive element. An unknown type is drawn as an error. */

import { unknownBox } from "../blocks/unknown.js";
import { imageNode } from "../blocks/images.js";
import { button, feedbackButtons, iconElement } from "./buttons.js";
import { dateField, dateTimeField, timeField } from "./dates.js";
import { fileInput } from "./files.js";
import { overflow } from "./overflow.js";
import { checkboxes, radioButtons } from "./ticks.js";
import { multiSelect, select } from "./selects.js";
import { emailInput, numberInput, richTextInput, textInput, urlInput } from "./typed.js";

const RENDERERS = {
  button,
  channels_select: select,
  checkboxes,
  conversations_select: select,
  datepicker: dateField,
  datetimepicker: dateTimeField,
  email_text_input: emailInput,
  feedback_buttons: feedbackButtons,
  file_input: fileInput,
  icon_button: iconElement,
  image: (element) => imageNode(element, "accessory-image"),
  multi_channels_select: multiSelect,
  multi_conversations_select: multiSelect,
  multi_static_select: multiSelect,
  multi_users_select: multiSelect,
  number_input: numberInput,
  overflow,
  plain_text_input: textInput,
  radio_buttons: radioButtons,
  rich_text_input: richTextInput,
  static_select: select,
  timepicker: timeField,
  url_text_input: urlInput,
  users_select: select,
};

/** `place`: `context`, `blockId`, `index`; in an input block also `isInput`, `dispatches`, `ids`, `hasError`. */
export function renderElement(element, place) {
  const draw = RENDERERS[element?.type];
  if (!draw) return unknownBox("element", element);
  const actionId = element.action_id ?? `action-${place.index ?? 0}`;
  const node = draw(element, { ...place, actionId });
  node.dataset.action = actionId;
  return node;
}
