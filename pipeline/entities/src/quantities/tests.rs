//! Sentences with what is found in them, and what holds for every text.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;

/// `$5-10 million = 5000000..10000000 USD`, with a modifier in brackets; several parted by `; `.
fn told(text: &str) -> String {
    let told: Vec<String> = quantities(text)
        .iter()
        .map(|found| {
            let to = found.value_to.as_ref().map(|to| format!("..{to}"));
            let modifier = found
                .modifier
                .map(|modifier| format!(" ({})", modifier.as_str()));
            format!(
                "{} = {}{} {}{}",
                &text[found.start..found.end],
                found.value.as_deref().unwrap_or("?"),
                to.unwrap_or_default(),
                found.unit.unwrap_or("?"),
                modifier.unwrap_or_default(),
            )
        })
        .collect();
    told.join("; ")
}

fn check(table: &[(&str, &str)]) {
    let wrong: Vec<String> = table
        .iter()
        .filter(|(text, expected)| told(text) != *expected)
        .map(|(text, expected)| {
            format!("{text}\n  expected: {expected}\n  found:    {}", told(text))
        })
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn money_with_a_symbol() {
    check(&[
        ("a $1.2 billion deal", "$1.2 billion = 1200000000 USD"),
        ("a $1.2-billion deal", "$1.2-billion = 1200000000 USD"),
        ("It cost $5.", "$5 = 5 USD"),
        ("It cost $1,234.50 then", "$1,234.50 = 1234.5 USD"),
        (
            "$5m, £3bn and €20k",
            "$5m = 5000000 USD; £3bn = 3000000000 GBP; €20k = 20000 EUR",
        ),
        (
            "US$ 40 billion (GBP 20.1 billion)",
            "US$ 40 billion = 40000000000 USD; GBP 20.1 billion = 20100000000 GBP",
        ),
        (
            "C$3.5 million or A$4m",
            "C$3.5 million = 3500000 CAD; A$4m = 4000000 AUD",
        ),
        ("HK$12.5 billion", "HK$12.5 billion = 12500000000 HKD"),
        ("R$200 million", "R$200 million = 200000000 BRL"),
        (
            "₹500 crore, Rs 5 lakh, Rs. 1,50,000",
            "₹500 crore = 5000000000 INR; Rs 5 lakh = 500000 INR; Rs. 1,50,000 = 150000 INR",
        ),
        ("¥10 trillion", "¥10 trillion = 10000000000000 JPY"),
        ("₽100 and ₩5,000", "₽100 = 100 RUB; ₩5,000 = 5000 KRW"),
        ("RM5 million", "RM5 million = 5000000 MYR"),
        ("R5 million", "R5 million = 5000000 ZAR"),
        ("20€ a month, 5 € more", "20€ = 20 EUR; 5 € = 5 EUR"),
        ("$500 CAD", "$500 CAD = 500 CAD"),
        ("USD 5m for EUR20", "USD 5m = 5000000 USD; EUR20 = 20 EUR"),
        ("a loss of -$5 million", "-$5 million = -5000000 USD"),
        ("$.50 a share", "$.50 = 0.5 USD"),
        ("(S$6.7 billion)", "S$6.7 billion = 6700000000 SGD"),
        ("in 2010 Rs 500 crore", "Rs 500 crore = 5000000000 INR"),
        ("N5-10 km, R5 people, SAR 5 km", "5 km = 5 km"),
        ("$80 a barrel", "$80 = 80 USD"),
    ]);
}

#[test]
fn money_in_words() {
    check(&[
        ("5 million dollars", "5 million dollars = 5000000 USD"),
        (
            "20 euros and 300 rupees",
            "20 euros = 20 EUR; 300 rupees = 300 INR",
        ),
        ("two million dollars", "two million dollars = 2000000 USD"),
        (
            "half a million pounds",
            "half a million pounds = 500000 GBP",
        ),
        ("a million euros", "a million euros = 1000000 EUR"),
        (
            "Two and a half million dollars",
            "Two and a half million dollars = 2500000 USD",
        ),
        (
            "one hundred and twenty-five thousand yen",
            "one hundred and twenty-five thousand yen = 125000 JPY",
        ),
        (
            "two million three hundred thousand yuan",
            "two million three hundred thousand yuan = 2300000 CNY",
        ),
        (
            "a thousand million dollars",
            "a thousand million dollars = 1000000000 USD",
        ),
        ("5bn euros", "5bn euros = 5000000000 EUR"),
        (
            "a 100-million-dollar bond",
            "100-million-dollar = 100000000 USD",
        ),
        (
            "3 million Hong Kong dollars",
            "3 million Hong Kong dollars = 3000000 HKD",
        ),
        (
            "10 billion Swiss francs",
            "10 billion Swiss francs = 10000000000 CHF",
        ),
        ("10 billion francs", "10 billion francs = 10000000000 ?"),
        (
            "50 million Egyptian pounds",
            "50 million Egyptian pounds = 50000000 EGP",
        ),
        (
            "U.S. 5 million U.S. dollars",
            "5 million U.S. dollars = 5000000 USD",
        ),
        ("60 cents", "60 cents = 0.6 USD"),
        ("99 pence", "99 pence = 0.99 GBP"),
        ("3 trillion won", "3 trillion won = 3000000000000 KRW"),
        ("millions of dollars", "millions of dollars = ? USD"),
        (
            "hundreds of millions of euros",
            "hundreds of millions of euros = ? EUR",
        ),
        ("several million pounds", "several million pounds = ? GBP"),
        ("1\u{a0}000 euros", "1\u{a0}000 euros = 1000 EUR"),
        ("5 million USD", "5 million USD = 5000000 USD"),
    ]);
}

#[test]
fn percentages() {
    check(&[
        ("up 5.3%", "5.3% = 5.3 percent"),
        ("a 10-percent rise", "10-percent = 10 percent"),
        (
            "twenty-five percent of it",
            "twenty-five percent = 25 percent",
        ),
        (
            "5 per cent and 7 pct",
            "5 per cent = 5 percent; 7 pct = 7 percent",
        ),
        (
            "by 0.25 percentage points",
            "0.25 percentage points = 0.25 percentage point",
        ),
        (
            "by 25 basis points",
            "25 basis points = 0.25 percentage point",
        ),
        (
            "a 50-basis-point cut",
            "50-basis-point = 0.5 percentage point",
        ),
        ("half a percent", "half a percent = 0.5 percent"),
        (
            "a quarter of a percentage point",
            "a quarter of a percentage point = 0.25 percentage point",
        ),
        ("fell to -2.5%", "-2.5% = -2.5 percent"),
        ("2½ percent", "2½ percent = 2.5 percent"),
        ("2 1/2 percent", "2 1/2 percent = 2.5 percent"),
        (".5 percent", ".5 percent = 0.5 percent"),
        (
            "one and a half percent",
            "one and a half percent = 1.5 percent",
        ),
        ("100 %", "100 % = 100 percent"),
    ]);
}

#[test]
fn measures() {
    check(&[
        ("5km away, 30-mile run", "5km = 5 km; 30-mile = 30 mi"),
        ("12 square kilometres", "12 square kilometres = 12 km2"),
        ("5,000 sq ft", "5,000 sq ft = 5000 ft2"),
        (
            "1.2 million barrels per day",
            "1.2 million barrels per day = 1200000 bbl/d",
        ),
        (
            "3 million tonnes, 5m tonnes",
            "3 million tonnes = 3000000 t; 5m tonnes = 5000000 t",
        ),
        (
            "40 degrees Celsius, 104°F, −3.5°C",
            "40 degrees Celsius = 40 degC; 104°F = 104 degF; −3.5°C = -3.5 degC",
        ),
        (
            "at 120 km/h or 75 miles per hour",
            "120 km/h = 120 km/h; 75 miles per hour = 75 mi/h",
        ),
        (
            "500 MW, 1.5 gigawatts, 30 kWh",
            "500 MW = 500 MW; 1.5 gigawatts = 1.5 GW; 30 kWh = 30 kWh",
        ),
        (
            "16GB of memory, 2 terabytes",
            "16GB = 16 GB; 2 terabytes = 2 TB",
        ),
        ("ten kilometres", "ten kilometres = 10 km"),
        ("half a mile", "half a mile = 0.5 mi"),
        ("a six-foot wall", "six-foot = 6 ft"),
        (
            "10 hectares, 500 acres",
            "10 hectares = 10 ha; 500 acres = 500 acre",
        ),
        ("1/2 inch", "1/2 inch = 0.5 in"),
        ("75 kg (165 lbs)", "75 kg = 75 kg; 165 lbs = 165 lb"),
        ("100m hurdle", "100m = 100 m"),
        ("3 m³, 40 m2", "3 m³ = 3 m3; 40 m2 = 40 m2"),
        ("magnitude 6, depth 10 km.", "10 km = 10 km"),
        ("50 Mbps", "50 Mbps = 50 Mbit/s"),
    ]);
}

#[test]
fn pounds_are_money_or_a_weight() {
    check(&[
        ("It cost 5 pounds.", "5 pounds = 5 GBP"),
        ("5 pounds of sugar", "5 pounds = 5 lb"),
        ("He weighed 200 pounds", "200 pounds = 200 lb"),
        ("a 500-pound bomb", "500-pound = 500 lb"),
        ("a 5-million-pound deal", "5-million-pound = 5000000 GBP"),
        (
            "3 billion pounds of debt",
            "3 billion pounds = 3000000000 GBP",
        ),
        ("she lost 30 pounds", "30 pounds = 30 lb"),
    ]);
}

#[test]
fn ranges() {
    check(&[
        ("$5-10 million", "$5-10 million = 5000000..10000000 USD"),
        ("$5m-$10m", "$5m-$10m = 5000000..10000000 USD"),
        (
            "$5 to $10 million",
            "$5 to $10 million = 5000000..10000000 USD",
        ),
        (
            "$500 to $1 million",
            "$500 to $1 million = 500..1000000 USD",
        ),
        (
            "€5–€10 billion",
            "€5–€10 billion = 5000000000..10000000000 EUR",
        ),
        ("5 to 10 percent", "5 to 10 percent = 5..10 percent"),
        ("5-10%", "5-10% = 5..10 percent"),
        (
            "between 5 and 10 percent",
            "5 and 10 percent = 5..10 percent",
        ),
        (
            "between $5 million and $10 million",
            "$5 million and $10 million = 5000000..10000000 USD",
        ),
        ("from 5% to 10%", "5% = 5 percent; 10% = 10 percent"),
        (
            "rose 5% to $10 million",
            "5% = 5 percent; $10 million = 10000000 USD",
        ),
        ("10-15 km", "10-15 km = 10..15 km"),
        (
            "five to ten million dollars",
            "five to ten million dollars = 5000000..10000000 USD",
        ),
        (
            "from $5 to $10 million",
            "$5 to $10 million = 5000000..10000000 USD",
        ),
        (
            "from $500 to $1 million",
            "$500 = 500 USD; $1 million = 1000000 USD",
        ),
        (
            "$20 or $30 million",
            "$20 or $30 million = 20000000..30000000 USD",
        ),
        ("$20, or 30 cents", "$20 = 20 USD; 30 cents = 0.3 USD"),
        ("from -5 to 10 percent", "10 percent = 10 percent"),
        ("£5 or £6", "£5 = 5 GBP; £6 = 6 GBP"),
        ("$5 million to 10 companies", "$5 million = 5000000 USD"),
        ("20 to 25 °C", "20 to 25 °C = 20..25 degC"),
        ("a 5-to-10-percent cut", "5-to-10-percent = 5..10 percent"),
    ]);
}

#[test]
fn modifiers_stand_before() {
    check(&[
        ("about $5", "$5 = 5 USD (about)"),
        ("more than 5 percent", "5 percent = 5 percent (more-than)"),
        ("no more than 5 km", "5 km = 5 km (at-most)"),
        ("at least €3m", "€3m = 3000000 EUR (at-least)"),
        (
            "less than half a percent",
            "half a percent = 0.5 percent (less-than)",
        ),
        ("up to 40 tonnes", "40 tonnes = 40 t (at-most)"),
        (
            "~5 km, >10%",
            "5 km = 5 km (about); 10% = 10 percent (more-than)",
        ),
        ("$100+ a day", "$100 = 100 USD (at-least)"),
        (
            "a $1-billion-plus deal",
            "$1-billion = 1000000000 USD (at-least)",
        ),
        (
            "5 km or so, 10% or less",
            "5 km = 5 km (about); 10% = 10 percent (at-most)",
        ),
        ("stumbled over nothing; 5 km", "5 km = 5 km"),
        ("Handsome 5 km", "5 km = 5 km"),
    ]);
}

#[test]
fn tickers() {
    check(&[
        ("Apple (NASDAQ: AAPL) rose", "NASDAQ: AAPL = AAPL NASDAQ"),
        ("(NYSE:BRK.B)", "NYSE:BRK.B = BRK.B NYSE"),
        ("$TSLA to the moon", "$TSLA = TSLA ?"),
        ("LSE: VOD fell", "LSE: VOD = VOD LSE"),
        (
            "(Nasdaq: GOOG; TSX-V: ABC)",
            "Nasdaq: GOOG = GOOG NASDAQ; TSX-V: ABC = ABC TSXV",
        ),
        ("(HKEX: 0700)", "HKEX: 0700 = 0700 HKEX"),
        ("(AIM: BOO)", "AIM: BOO = BOO AIM"),
        (
            "(NYSE American: XYZ)",
            "NYSE American: XYZ = XYZ NYSE American",
        ),
        ("buy $BRK.B.", "$BRK.B = BRK.B ?"),
    ]);
}

#[test]
fn what_is_no_quantity() {
    let none = [
        "in 2023, on 5 May 2023",
        "2023-05-09 and 09/05/2023",
        "call 555-1234 or +1 (555) 123-4567",
        "version 1.2.3 of it",
        "won 3-2 and lost 10:8",
        "at 18:05",
        "the F-16 and COVID-19",
        "5 people, 300 employees",
        "two dozen men",
        "5 years, 10 minutes",
        "5G networks, the 3rd, 747s",
        "in 2010 dollars",
        "50 Cent sings",
        "5m people",
        "A$AP Rocky, KE$HA",
        "$X million",
        "AIM: TO WIN",
        "she won 2 won 3",
        "two degrees from Yale",
        "a%20b and x=100%25",
        "R2-D2, N95 masks",
        "million, percent, dollars",
        "10-year bonds, a 4-day week",
        "a few, many, several",
        "Note: NYSE closed",
        "half a dozen",
    ];
    for text in none {
        assert_eq!(told(text), "", "{text}");
    }
}

#[test]
fn kinds_and_code_points_are_told() {
    let text = "Über 5 €, 3%, 2 km (NYSE: T)";
    let found = quantities(text);
    let kinds: Vec<&str> = found.iter().map(|found| found.kind.as_str()).collect();
    assert_eq!(kinds, ["money", "percent", "quantity", "ticker"]);
    assert_eq!((found[0].start, found[0].chars), (6, (5, 8)));
}

#[test]
fn hostile_texts_take_no_longer_than_others() {
    let pieces = [
        "1",
        "$",
        "million ",
        "$1",
        "1-",
        "1,",
        "1 ",
        "one ",
        "one-",
        "half a ",
        "a ",
        "1.",
        "1/",
        "1 to ",
        "US$",
        "NYSE:",
        "NYSE ",
        "€",
        "½",
        "-1%",
        "one hundred ",
        "1 million ",
        "1-1 million",
        "hundreds of ",
        "\u{a0}",
        "1\u{a0}",
        "12,12,",
        "USD",
        "Rs",
        "(",
    ];
    for piece in pieces {
        let text = piece.repeat(1_000_000 / piece.len());
        let begun = Instant::now();
        std::hint::black_box(quantities(&text));
        // Many times what any of them needs; time that grew with the square of the length would be hours.
        assert!(
            begun.elapsed() < Duration::from_secs(5),
            "{piece:?}: {:?}",
            begun.elapsed()
        );
    }
}

/// Pieces that meet each other in every way.
fn soup() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "$",
        "€",
        "US$",
        "Rs",
        "USD",
        "5",
        "10",
        "1,000",
        ".5",
        "2.5",
        "½",
        "-",
        "–",
        " ",
        "\u{a0}",
        "\n",
        "to",
        "and",
        "between",
        "million",
        "bn",
        "m",
        "k",
        "half a",
        "two",
        "twenty",
        "hundred",
        "a",
        "%",
        "percent",
        "basis points",
        "km",
        "°C",
        "pounds",
        "of",
        "dollars",
        "won",
        "(",
        ")",
        "NYSE",
        ":",
        "AAPL",
        "é",
        "東",
        "’",
        "about",
        "1/2",
        "/",
        ",",
        "0",
        "'",
    ]);
    prop::collection::vec(pieces, 0..24).prop_map(|pieces| pieces.concat())
}

fn holds(text: &str) {
    let mut last = 0;
    for found in quantities(text) {
        assert!(
            last <= found.start && found.start < found.end,
            "{text:?} {found:?}"
        );
        last = found.end;
        let before = text[..found.start].chars().count();
        let inside = text[found.start..found.end].chars().count();
        assert_eq!(found.chars, (before, before + inside));
        if found.kind != QuantityKind::Ticker {
            let number = |value: &String| value.parse::<f64>().is_ok_and(f64::is_finite);
            assert!(found.value.iter().chain(&found.value_to).all(number));
        }
    }
}

proptest! {
    #[test]
    fn any_text_is_read(text in any::<String>()) {
        holds(&text);
    }

    #[test]
    fn any_soup_is_read(text in soup()) {
        holds(&text);
    }
}
