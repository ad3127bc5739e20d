//! Articles that are written from right to left.

use super::super::PlainArticle;
use super::{image, split_plain, strings, text_of};

/// `text` as editors of such texts save it: with marks of direction around its ends.
fn marked(text: &str) -> String {
    format!("\u{200f}\u{202b}{text}\u{202c}\u{200e}")
}

#[test]
fn arabic_hebrew_and_persian_have_the_same_parts() {
    let samples = [
        (
            "عودة النوارس إلى الميناء القديم",
            ("بقلم: ليلى حداد", "ليلى حداد"),
            ("صورة (L)", "تصوير: سامي خوري", "سامي خوري"),
            "عادت النوارس إلى الميناء يوم الاثنين، حسبما قال مكتب العبارات.",
        ),
        (
            "השחפים חזרו לרציף הישן",
            ("מאת: רות לוי", "רות לוי"),
            ("השחפים (L)", "צילום: דן כהן", "דן כהן"),
            "השחפים חזרו לרציף ביום שני, מסר משרד המעבורות.",
        ),
        (
            "مرغ‌های دریایی به اسکله بازگشتند",
            ("به قلم مینا راد", "مینا راد"),
            ("اسکله (L)", "عکس: رضا امینی", "رضا امینی"),
            "مرغ‌های دریایی روز دوشنبه به اسکله بازگشتند.",
        ),
    ];
    for (headline, (line, author), (caption, credit_line, credit), body) in samples {
        let expected = PlainArticle {
            headline: Some(headline.to_owned()),
            byline: strings(&[author]),
            image: image(None, Some(caption), Some(credit)),
            body: strings(&[body, body]),
            ..PlainArticle::default()
        };
        let parts = [headline, line, caption, credit_line, body, body].map(marked);
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        assert_eq!(split_plain(&text_of(&parts)), expected);
    }
}

#[test]
fn arabic_lists_are_numbered_in_arabic_digits() {
    let list = "١. أحضر معطفا.\n٢. تعال مبكرا.";
    let article = split_plain(&text_of(&["نصائح للمسافرين", list]));
    assert_eq!(article.body, ["١. أحضر معطفا.", "٢. تعال مبكرا."]);
}
