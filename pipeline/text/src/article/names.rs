//! What reads like a name: of a person, of an agency, of a medium.

/// Words that are written small inside of a name or a title, in the languages that write names in capitals.
const SMALL_WORDS: [&str; 46] = [
    "a", "al", "an", "and", "at", "bin", "by", "da", "das", "de", "del", "den", "der", "des", "di",
    "die", "do", "dos", "du", "e", "el", "et", "for", "from", "ibn", "in", "la", "le", "les", "of",
    "on", "or", "per", "pour", "ten", "ter", "the", "to", "und", "van", "via", "vom", "von",
    "with", "y", "zu",
];

/// News and picture agencies, as they sign pictures and articles.
const AGENCIES: [&str; 55] = [
    "AAP",
    "AFP",
    "AP",
    "AP Photo",
    "Agence France-Presse",
    "Alamy",
    "Anadolu",
    "Anadolu Agency",
    "ANI",
    "ANSA",
    "ANP",
    "APA",
    "Associated Press",
    "Belga",
    "Bloomberg",
    "CP",
    "Corbis",
    "dpa",
    "DPA",
    "EFE",
    "EPA",
    "Flickr",
    "Getty",
    "Getty Images",
    "Imago",
    "iStock",
    "Keystone",
    "Kyodo",
    "NTB",
    "NurPhoto",
    "PA Images",
    "PA Media",
    "PA Wire",
    "PTI",
    "Reuters",
    "Ritzau",
    "Shutterstock",
    "Sputnik",
    "TASS",
    "TT",
    "Unsplash",
    "Wikimedia Commons",
    "Xinhua",
    "AFP-Jiji",
    "Interfax",
    "The Associated Press",
    "The Canadian Press",
    "UPI",
    "ТАСС",
    "РИА Новости",
    "رويترز",
    "أ ف ب",
    "فرانس برس",
    "ایرنا",
    "רויטרס",
];

/// Those of them that send pictures alone, where their names do not say so.
const PICTURE_AGENCIES: [&str; 9] = [
    "Alamy",
    "Corbis",
    "Flickr",
    "Getty",
    "Imago",
    "NurPhoto",
    "Shutterstock",
    "Unsplash",
    "Wikimedia Commons",
];

/// The words of a line, parted by spaces and slashes, without the punctuation around them.
pub(super) fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split([' ', '/'])
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()))
        .filter(|word| !word.is_empty())
}

/// Whether each word begins with a capital, a digit or a letter of a script without capitals, but for small words.
pub(super) fn is_title_case(line: &str) -> bool {
    words(line).all(|word| starts_big(word) || SMALL_WORDS.contains(&word))
}

/// Whether `word` begins with anything but a lower-case letter.
pub(super) fn starts_big(word: &str) -> bool {
    word.chars()
        .next()
        .is_some_and(|first| !first.is_lowercase())
}

/// Whether `text` is the name of an agency and nothing else.
pub(super) fn is_agency(text: &str) -> bool {
    AGENCIES.contains(&text)
        || AGENCIES
            .iter()
            .any(|agency| agency.len() > 3 && agency.eq_ignore_ascii_case(text))
}

/// Whether `text` names an agency among other words.
pub(super) fn mentions_agency(text: &str) -> bool {
    let words: Vec<&str> = words(text).collect();
    (1..=2).any(|len| {
        words
            .windows(len)
            .any(|window| is_agency(&window.join(" ")))
    })
}

/// Whether `text` is an agency that sends texts, and not pictures alone.
pub(super) fn is_wire(text: &str) -> bool {
    let sends_pictures = ["Photo", "Images"].iter().any(|word| text.ends_with(word));
    is_agency(text) && !sends_pictures && !PICTURE_AGENCIES.contains(&text)
}

/// Whether `text` reads like the name of a person: two to four words in capitals (or of a script without), with small words between them.
pub(super) fn is_person(text: &str) -> bool {
    let is_word = |word: &str| {
        word.chars()
            .all(|c| c.is_alphabetic() || matches!(c, '.' | '-' | '\'' | '’'))
    };
    let is_big = |word: &str| {
        let first = word.chars().next();
        first.is_some_and(|first| first.is_alphabetic() && !first.is_lowercase())
    };
    let big_words = text.split(' ').filter(|word| is_big(word)).count();
    let all_fit = text
        .split(' ')
        .all(|word| is_word(word) && (is_big(word) || SMALL_WORDS.contains(&word)));
    let ends_big = text.rsplit(' ').next().is_some_and(is_big);
    all_fit && ends_big && (2..=4).contains(&big_words) && text.split(' ').take(7).count() <= 6
}

/// Whether `text` is a host name, such as `example.org`.
pub(super) fn is_host(text: &str) -> bool {
    let labels_fit = text
        .split('.')
        .all(|label| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-'));
    let top = text.rsplit('.').next().unwrap_or_default();
    text.contains('.') && labels_fit && top.len() >= 2 && top.chars().all(char::is_alphabetic)
}
