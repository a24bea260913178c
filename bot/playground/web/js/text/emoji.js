/** Slack's names of emoji. A name that is not listed stays text. */

const NAMES = `
white_check_mark ✅|heavy_check_mark ✔️|ballot_box_with_check ☑️|x ❌|negative_squared_cross_mark ❎|heavy_multiplication_x ✖️
warning ⚠️|no_entry ⛔|no_entry_sign 🚫|octagonal_sign 🛑|rotating_light 🚨|exclamation ❗|heavy_exclamation_mark ❗
question ❓|grey_question ❔|grey_exclamation ❕|bangbang ‼️|information_source ℹ️|sos 🆘
hourglass ⌛|hourglass_flowing_sand ⏳|stopwatch ⏱️|timer_clock ⏲️|alarm_clock ⏰|watch ⌚|clock1 🕐|clock3 🕒|calendar 📆|date 📅|spiral_calendar_pad 🗓️
large_green_circle 🟢|green_circle 🟢|red_circle 🔴|large_blue_circle 🔵|blue_circle 🔵|large_yellow_circle 🟡|large_orange_circle 🟠
large_purple_circle 🟣|large_brown_circle 🟤|white_circle ⚪|black_circle ⚫
large_green_square 🟩|large_red_square 🟥|large_blue_square 🟦|large_yellow_square 🟨|large_orange_square 🟧|large_purple_square 🟪|large_brown_square 🟫
white_large_square ⬜|black_large_square ⬛|white_medium_square ◻️|black_medium_square ◼️|white_small_square ▫️|black_small_square ▪️
large_blue_diamond 🔷|large_orange_diamond 🔶|small_blue_diamond 🔹|small_orange_diamond 🔸|small_red_triangle 🔺|small_red_triangle_down 🔻
arrow_right ➡️|arrow_left ⬅️|arrow_up ⬆️|arrow_down ⬇️|arrows_counterclockwise 🔄|arrows_clockwise 🔃|repeat 🔁|leftwards_arrow_with_hook ↩️
arrow_forward ▶️|arrow_backward ◀️|double_vertical_bar ⏸️|black_square_for_stop ⏹️|fast_forward ⏩|rewind ⏪|soon 🔜|back 🔙
wastebasket 🗑️|put_litter_in_its_place 🚮|card_file_box 🗃️|file_cabinet 🗄️|file_folder 📁|open_file_folder 📂|package 📦|inbox_tray 📥|outbox_tray 📤
page_facing_up 📄|page_with_curl 📃|bookmark_tabs 📑|clipboard 📋|memo 📝|pencil 📝|pencil2 ✏️|label 🏷️|bookmark 🔖|pushpin 📌|round_pushpin 📍|paperclip 📎|link 🔗
chart_with_upwards_trend 📈|chart_with_downwards_trend 📉|bar_chart 📊|moneybag 💰|money_with_wings 💸|dollar 💵|credit_card 💳|receipt 🧾|abacus 🧮
mag 🔍|mag_right 🔎|eyes 👀|eye 👁️|bell 🔔|no_bell 🔕|mega 📣|loudspeaker 📢|speech_balloon 💬|thought_balloon 💭|email 📧|envelope ✉️
lock 🔒|unlock 🔓|key 🔑|closed_lock_with_key 🔐|shield 🛡️|bust_in_silhouette 👤|busts_in_silhouette 👥|robot_face 🤖|gear ⚙️|wrench 🔧|hammer 🔨|hammer_and_wrench 🛠️|toolbox 🧰
bulb 💡|zap ⚡|fire 🔥|sparkles ✨|star ⭐|star2 🌟|tada 🎉|rocket 🚀|checkered_flag 🏁|triangular_flag_on_post 🚩|construction 🚧|seedling 🌱
bug 🐛|snail 🐌|ghost 👻|skull 💀|boom 💥|ice_cube 🧊|snowflake ❄️|sunny ☀️|cloud ☁️|zzz 💤|dash 💨|recycle ♻️|infinity ♾️|new 🆕|up 🆙|ok 🆗|free 🆓
computer 💻|desktop_computer 🖥️|keyboard ⌨️|iphone 📱|satellite_antenna 📡|electric_plug 🔌|battery 🔋|floppy_disk 💾|cd 💿|globe_with_meridians 🌐|books 📚|book 📖|scroll 📜|newspaper 📰
+1 👍|thumbsup 👍|-1 👎|thumbsdown 👎|ok_hand 👌|wave 👋|clap 👏|raised_hands 🙌|pray 🙏|muscle 💪|point_right 👉|point_left 👈|point_up ☝️|point_down 👇|hand ✋|raised_hand ✋|writing_hand ✍️
smile 😄|slightly_smiling_face 🙂|grin 😁|joy 😂|blush 😊|wink 😉|thinking_face 🤔|neutral_face 😐|confused 😕|cry 😢|sob 😭|sweat_smile 😅|scream 😱|sunglasses 😎|upside_down_face 🙃|face_with_monocle 🧐|shrug 🤷
heart ❤️|broken_heart 💔|100 💯|coffee ☕|cake 🍰|beers 🍻|pizza 🍕|birthday 🎂|crossed_fingers 🤞|hundred_points 💯
one 1️⃣|two 2️⃣|three 3️⃣|four 4️⃣|five 5️⃣|six 6️⃣|seven 7️⃣|eight 8️⃣|nine 9️⃣|keycap_ten 🔟|zero 0️⃣|hash #️⃣
`;

const TABLE = new Map(
  NAMES.trim()
    .split(/[|\n]/)
    .map((pair) => pair.split(" ")),
);

/** The characters of `:name:`, or undefined for an unknown name. */
export function emojiFor(name) {
  return TABLE.get(name.replace(/::skin-tone-\d$/, ""));
}
