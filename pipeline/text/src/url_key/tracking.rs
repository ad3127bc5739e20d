//! The parameters that tell where a reader came from, and never which article it is.
//!
//! A name is on the list when three things hold: a known tool or publisher writes it, the page is the same without it, and no
//! content system uses the name for content. The third is why `id`, `p`, `page`, `cid`, `icid`, `story`, `article`, `s`
//! or `v` can never be here, and why names that are ordinary words (`ref`, `source`) go only with a value that says that the
//! link stood in a feed.

/// Names that begin so are written by link builders alone.
const PREFIXES: [&str; 11] = [
    "utm_",      // Google Analytics and everybody after it
    "at_bbc_",   // BBC
    "at_custom", // Piano Analytics (AT Internet), which numbers them: at_custom1 ...
    "at_link_",  // Piano Analytics, as on the BBC
    "at_ptr_",   // Piano Analytics, as on the BBC
    "hsa_",      // HubSpot advertisements
    "itm_",      // campaigns within a site, in the manner of utm_
    "matomo_",   // Matomo
    "mtm_",
    "piwik_", // Matomo under its former name
    "pk_",
];

/// Names in lower case, sorted.
const NAMES: [&str; 113] = [
    "__hsfp", // HubSpot, across domains
    "__hssc",
    "__hstc",
    "__s", // Drip mail
    "__twitter_impression",
    "_branch_match_id", // Branch
    "_ga",              // Google Analytics, across domains
    "_gl",
    "_hsenc", // HubSpot mail
    "_hsmi",
    "_kx", // Klaviyo mail
    "_openstat",
    "amp_gsa", // viewers of AMP pages
    "amp_js_v",
    "at_campaign", // Piano Analytics (AT Internet)
    "at_campaign_type",
    "at_creation",
    "at_emailtype",
    "at_format",
    "at_general_placement",
    "at_medium",
    "at_network",
    "at_recipient_id",
    "at_recipient_list",
    "at_send_date",
    "at_term",
    "at_variant",
    "cmp", // campaign: Guardian, Der Spiegel and others
    "cmpid",
    "cvid",          // Microsoft Start, with ocid
    "dclid",         // Google Display & Video
    "dicbo",         // Outbrain
    "dm_i",          // dotdigital mail
    "ef_id",         // Adobe Advertising
    "epik",          // Pinterest
    "fb_action_ids", // Facebook
    "fb_action_types",
    "fb_comment_id",
    "fb_ref",
    "fb_source",
    "fbclid",
    "feedname", // Reuters and Bloomberg feeds, with feedType
    "feedtype",
    "ftag", // CBS and CNET
    "gad_campaignid",
    "gad_source", // Google Ads
    "gbraid",
    "gclid",
    "gclsrc",
    "guccounter", // Yahoo's consent page
    "guce_referrer",
    "guce_referrer_sig",
    "hsctatracking", // HubSpot
    "igsh",          // Instagram
    "igshid",
    "itid",       // Washington Post
    "ito",        // Daily Mail and Metro
    "jsessionid", // sessions of Java servers
    "li_fat_id",  // LinkedIn
    "mbid",       // Conde Nast mail and social
    "mc_cid",     // Mailchimp
    "mc_eid",
    "mkt_tok",       // Marketo
    "ml_subscriber", // MailerLite
    "ml_subscriber_hash",
    "msclkid",     // Microsoft Advertising
    "ncid",        // AOL, HuffPost, TechCrunch
    "ns_campaign", // comScore, as on the BBC
    "ns_fee",
    "ns_linkname",
    "ns_mchannel",
    "ns_source",
    "ocid",        // Microsoft Start, BBC
    "oly_anon_id", // Omeda
    "oly_enc_id",
    "phpsessid", // sessions of PHP
    "rb_clickid",
    "rdt_cid",    // Reddit advertisements
    "reflink",    // Wall Street Journal and Barron's
    "replytocom", // WordPress: which comment is answered
    "s_cid",      // Adobe Analytics
    "s_kwcid",
    "showcomment", // Blogger: which comment is shown
    "smid",        // New York Times
    "smtyp",
    "soc_src", // Yahoo
    "soc_trk",
    "spm",  // Alibaba, also CCTV
    "sref", // Bloomberg
    "srnd",
    "srsltid",        // Google Merchant
    "taid",           // Reuters' social posts
    "tblci",          // Taboola
    "tpcc",           // Fortune, TechCrunch
    "traffic_source", // Al Jazeera
    "trk_contact",    // Listrak
    "trk_msg",
    "ttclid",    // TikTok
    "twclid",    // X
    "usqp",      // viewers of AMP pages
    "vero_conv", // Vero mail
    "vero_id",
    "wbraid", // Google Ads
    "wickedid",
    "wpisrc", // Washington Post
    "wpmm",
    "wprov",    // Wikipedia
    "wt.mc_id", // Webtrends: Die Welt, ARD and others
    "wt_mc",
    "xing_share",
    "xtor",  // AT Internet before Piano: Le Monde and others
    "yclid", // Yandex
    "ysclid",
];

/// Ordinary words that go only when their value says that the link stood in a feed, sorted.
const NAMES_OF_ORIGINS: [&str; 13] = [
    "campaign", "emc", "from", "medium", "mod", "origin", "partner", "ref", "referrer", "rss",
    "source", "src", "via",
];

/// Whether a parameter of a query, as it is encoded (`name=value` or `name`), is a tracking parameter.
pub(super) fn is_tracking(parameter: &str) -> bool {
    let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
    let name = name.to_ascii_lowercase();
    let is_listed = |names: &[&str]| names.binary_search(&name.as_str()).is_ok();
    PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        || is_listed(&NAMES)
        || (is_listed(&NAMES_OF_ORIGINS) && says_feed(value))
}

/// Whether a value says that the link stood in a feed: one of its words is `feed`, or begins with `rss`, as in `rss20`,
/// `public_rss` or `rss%2Fworld`.
fn says_feed(value: &str) -> bool {
    let mut words = value.split(|c: char| !c.is_ascii_alphanumeric());
    words.any(|word| {
        let word = word.to_ascii_lowercase();
        word.starts_with("rss") || matches!(word.as_str(), "feed" | "feeds" | "newsfeed")
    })
}

#[cfg(test)]
mod tests {
    use super::{NAMES, NAMES_OF_ORIGINS};

    #[test]
    fn the_lists_are_sorted_and_without_repeats() {
        assert!(NAMES.is_sorted_by(|a, b| a < b));
        assert!(NAMES_OF_ORIGINS.is_sorted_by(|a, b| a < b));
    }
}
