//! What the items of lists begin with.

/// The longest number of a list's item, in digits: years have four.
const MAX_ITEM_DIGITS: usize = 3;

/// The bullet that starts a clean `line`, and the item after it.
///
/// A hyphen, asterisk or dash needs the space behind it: `-5 degrees` and `*emphasis*` are no list items.
pub(crate) fn bullet(line: &str) -> Option<(char, &str)> {
    let bullet = line.chars().next()?;
    let after = &line[bullet.len_utf8()..];
    let item = after.trim_start();
    let is_bullet = match bullet {
        '•' | '‣' | '▪' | '●' => true,
        '-' | '*' | '–' | '·' | '◦' | '○' | '■' => item.len() < after.len(),
        _ => false,
    };
    (is_bullet && !item.is_empty()).then_some((bullet, item))
}

/// The number of a list's item: `1. …`, `2) …`, `3- …`, in European or Arabic digits.
pub(crate) fn item_number(line: &str) -> Option<u32> {
    let value = |c: char| match c {
        '٠'..='٩' => Some(c as u32 - '٠' as u32),
        '۰'..='۹' => Some(c as u32 - '۰' as u32),
        _ => c.to_digit(10),
    };
    let end = line.find(|c| value(c).is_none())?;
    let (digits, rest) = line.split_at(end);
    let item = rest.strip_prefix(['.', ')', '-'])?;
    let is_item = item.starts_with(' ') && (1..=MAX_ITEM_DIGITS).contains(&digits.chars().count());
    is_item.then(|| {
        let digits = digits.chars().filter_map(value);
        digits.fold(0, |number, digit| number * 10 + digit)
    })
}
