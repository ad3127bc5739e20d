//! Known days of known years.

use jiff::civil::{Date, date};

use super::*;

fn days(name: &str, year: i16, country: Option<&str>) -> Vec<Date> {
    let holiday = Holiday::named(name).unwrap();
    let found = occurrences(holiday, year, country);
    found.iter().map(|one| one.begin).collect()
}

#[track_caller]
fn is(name: &str, country: &str, year: i16, month: i8, day: i8) {
    let country = Some(country).filter(|code| !code.is_empty());
    assert_eq!(
        days(name, year, country),
        [date(year, month, day)],
        "{name} {country:?} {year}"
    );
}

#[track_caller]
fn spans(name: &str, country: &str, from: Date, to: Date) {
    let holiday = Holiday::named(name).unwrap();
    let found = occurrences(holiday, from.year(), Some(country));
    let found: Vec<_> = found.iter().map(|one| (one.begin, one.end)).collect();
    assert_eq!(found, [(from, to.tomorrow().unwrap())], "{name}");
}

#[test]
fn fixed_days() {
    is("christmas", "", 2023, 12, 25);
    is("christmas", "RU", 2023, 1, 7);
    is("christmas", "UA", 2022, 1, 7);
    is("christmas", "UA", 2023, 12, 25);
    is("bastille-day", "FR", 2023, 7, 14);
    is("juneteenth", "US", 2023, 6, 19);
    is("kings-day", "NL", 2014, 4, 26);
    is("kings-day", "NL", 2023, 4, 27);
    is("tax-day", "US", 2024, 4, 15);
    is("tax-day", "US", 2006, 4, 17);
}

#[test]
fn weekdays_of_months() {
    is("thanksgiving", "US", 2023, 11, 23);
    is("thanksgiving", "US", 2012, 11, 22);
    is("thanksgiving", "CA", 2023, 10, 9);
    is("black-friday", "US", 2019, 11, 29);
    is("cyber-monday", "US", 2019, 12, 2);
    is("memorial-day", "US", 2023, 5, 29);
    is("labor-day", "US", 2023, 9, 4);
    is("labor-day", "FR", 2023, 5, 1);
    is("mlk-day", "US", 2024, 1, 15);
    is("presidents-day", "US", 2024, 2, 19);
    is("election-day", "US", 2022, 11, 8);
    is("election-day", "US", 2016, 11, 8);
    is("election-day", "US", 2020, 11, 3);
    is("super-bowl-sunday", "US", 2023, 2, 12);
    is("mothers-day", "US", 2023, 5, 14);
    is("mothers-day", "GB", 2023, 3, 19);
    is("mothers-day", "FR", 2023, 6, 4);
    is("mothers-day", "FR", 2022, 5, 29);
    is("victoria-day", "CA", 2023, 5, 22);
    is("day-of-repentance", "DE", 2023, 11, 22);
    is("volkstrauertag", "DE", 2023, 11, 19);
    is("totensonntag", "DE", 2023, 11, 26);
    is("first-advent", "DE", 2023, 12, 3);
    is("first-advent", "DE", 2022, 11, 27);
    is("fourth-advent", "DE", 2023, 12, 24);
    is("midsummer", "SE", 2023, 6, 24);
    is("remembrance-sunday", "GB", 2023, 11, 12);
    is("prinsjesdag", "NL", 2023, 9, 19);
}

#[test]
fn days_that_follow_easter() {
    is("good-friday", "DE", 2023, 4, 7);
    is("easter", "US", 2024, 3, 31);
    is("easter", "GR", 2024, 5, 5);
    is("ascension", "DE", 2023, 5, 18);
    is("pentecost", "FR", 2023, 5, 28);
    is("corpus-christi", "BR", 2023, 6, 8);
    is("mardi-gras", "US", 2023, 2, 21);
    is("ash-wednesday", "", 2024, 2, 14);
    spans("holy-week", "ES", date(2023, 4, 2), date(2023, 4, 8));
    spans("lent", "US", date(2023, 2, 22), date(2023, 4, 8));
    spans("maslenitsa", "RU", date(2023, 2, 20), date(2023, 2, 26));
    spans("kwanzaa", "US", date(2023, 12, 26), date(2024, 1, 1));
    spans("advent", "DE", date(2023, 12, 3), date(2023, 12, 24));
}

/// As announced in Saudi Arabia.
#[test]
fn days_of_the_crescent() {
    spans("ramadan", "SA", date(2023, 3, 23), date(2023, 4, 20));
    is("eid-al-fitr", "SA", 2023, 4, 21);
    is("eid-al-fitr", "SA", 2024, 4, 10);
    is("eid-al-adha", "SA", 2022, 7, 9);
    is("eid-al-adha", "SA", 2023, 6, 28);
    is("islamic-new-year", "SA", 2023, 7, 19);
    // Twice in one year of the sun.
    assert_eq!(
        days("eid-al-fitr", 2000, None),
        [date(2000, 1, 8), date(2000, 12, 27)]
    );
    let eid = occurrences(Holiday::named("eid-al-fitr").unwrap(), 2023, Some("SA"));
    assert!(eid[0].confidence < 0.8);
    assert_eq!(
        days("eid", 2023, None),
        [date(2023, 4, 21), date(2023, 6, 28)]
    );
}

#[test]
fn days_of_the_hebrew_year() {
    is("rosh-hashanah", "US", 2023, 9, 16);
    is("yom-kippur", "", 1973, 10, 6);
    is("yom-kippur", "US", 2023, 9, 25);
    spans("hanukkah", "US", date(2023, 12, 8), date(2023, 12, 15));
    spans("passover", "IL", date(2023, 4, 6), date(2023, 4, 12));
    is("purim", "IL", 2024, 3, 24);
    is("independence-day", "IL", 2023, 4, 26);
    is("independence-day", "IL", 2024, 5, 14);
    is("independence-day", "IL", 2021, 4, 15);
    is("independence-day", "IL", 2022, 5, 5);
    is("yom-hazikaron", "IL", 2024, 5, 13);
    is("yom-hashoah", "IL", 2024, 5, 6);
    is("tisha-bav", "IL", 2022, 8, 7);
}

#[test]
fn days_of_the_east() {
    is("lunar-new-year", "CN", 2023, 1, 22);
    is("lunar-new-year", "", 2024, 2, 10);
    is("chinese-new-years-eve", "CN", 2023, 1, 21);
    is("mid-autumn-festival", "CN", 2023, 9, 29);
    is("dragon-boat-festival", "CN", 2023, 6, 22);
    is("qingming", "CN", 2023, 4, 5);
    spans("chuseok", "KR", date(2023, 9, 28), date(2023, 9, 30));
    is("diwali", "IN", 2023, 11, 12);
    is("diwali", "IN", 2022, 10, 24);
    is("holi", "IN", 2024, 3, 25);
    is("vesak", "SG", 2024, 5, 22);
    is("buddhas-birthday", "KR", 2023, 5, 26);
    is("nowruz", "IR", 2024, 3, 20);
    is("nowruz", "IR", 2023, 3, 21);
}

#[test]
fn one_name_of_many_countries() {
    is("victory-day", "RU", 2023, 5, 9);
    is("victory-day", "fr", 2023, 5, 8);
    is("victory-day", "TR", 2023, 8, 30);
    is("independence-day", "US", 2023, 7, 4);
    is("independence-day", "IN", 2023, 8, 15);
    is("republic-day", "IN", 2023, 1, 26);
    for country in [None, Some("US")] {
        let victory = occurrences(Holiday::named("victory-day").unwrap(), 2023, country);
        assert!(victory.len() > 5);
        assert!(victory.iter().all(|one| one.scope == Scope::Candidate));
    }
    let scope = |name, country| occurrences(Holiday::named(name).unwrap(), 2023, country)[0].scope;
    assert_eq!(scope("christmas", Some("RU")), Scope::Country);
    assert_eq!(scope("christmas", Some("DE")), Scope::Usual);
    assert_eq!(scope("election-day", None), Scope::Usual);
}

#[test]
fn years_before_there_was_such_a_day() {
    assert!(days("mlk-day", 1970, Some("US")).is_empty());
    assert!(days("german-unity-day", i16::MAX, None).is_empty());
    assert!(days("lunar-new-year", 1800, None).is_empty());
    is("d-day", "", 1944, 6, 6);
    assert!(days("d-day", 1945, None).is_empty());
    let d_day = once(Holiday::named("d-day").unwrap()).unwrap();
    assert_eq!(d_day.begin, date(1944, 6, 6));
    assert_eq!(once(Holiday::named("christmas").unwrap()), None);
}

#[test]
fn no_year_panics() {
    for holiday in table::all() {
        for year in [
            i16::MIN,
            -9999,
            -1,
            0,
            1,
            1582,
            9998,
            9999,
            10_000,
            i16::MAX,
        ] {
            let _ = occurrences(holiday, year, None);
        }
    }
}
