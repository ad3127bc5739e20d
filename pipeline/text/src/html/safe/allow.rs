//! What safe markup may consist of: elements, attributes and schemes by name. What is not named here does not come out.
//!
//! The lists hold what feed readers have agreed to show: text and its structure, tables, images, sound and film, forms that
//! do nothing by themselves, drawings and formulas that stand still.

use std::sync::LazyLock;

/// Names in their canonical letters, found in any.
pub(super) struct Names {
    sorted: Vec<&'static str>,
}

impl Names {
    pub(super) fn new(lists: &[&'static str]) -> Names {
        let words = lists.iter().flat_map(|list| list.split_ascii_whitespace());
        let mut sorted: Vec<&str> = words.collect();
        sorted.sort_unstable_by_key(|name| name.to_ascii_lowercase());
        sorted.dedup();
        Names { sorted }
    }

    /// The place of the name in the alphabet, and its canonical letters.
    pub(super) fn find(&self, name: &str) -> Option<(usize, &'static str)> {
        let lower = |byte: u8| byte.to_ascii_lowercase();
        let compare = |known: &&str| known.bytes().map(lower).cmp(name.bytes().map(lower));
        let index = self.sorted.binary_search_by(compare).ok()?;
        Some((index, self.sorted[index]))
    }

    pub(super) fn contains(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    pub(super) fn get(&self, index: usize) -> &'static str {
        self.sorted[index]
    }
}

/// The elements of a kind of markup, and their attributes.
pub(super) struct Vocabulary {
    pub(super) elements: Names,
    pub(super) attributes: Names,
}

pub(super) static HTML: LazyLock<Vocabulary> = LazyLock::new(|| Vocabulary {
    elements: Names::new(&[
        "address article aside center div footer h1 h2 h3 h4 h5 h6 header hr nav p pre section",
        "blockquote dd details dialog dir dl dt figcaption figure li menu multicol ol ul",
        "a abbr acronym b big br cite code del dfn em font i ins kbd m nextid q s samp small spacer span strike strong sub \
         sup time tt u var",
        "caption col colgroup table tbody td tfoot th thead tr",
        "area audio canvas event-source img map noscript sound source video",
        "button command datagrid datalist fieldset form input keygen label legend meter optgroup option output progress \
         select textarea",
    ]),
    attributes: Names::new(&[
        "abbr accesskey class contenteditable dir draggable hidden id lang name rel rev style summary tabindex title \
         unselectable xml:lang",
        "action background cite data datasrc dynsrc href icon longdesc lowsrc ping poster src template urn usemap vrml",
        "align alt balance bgcolor bgproperties border bordercolor bordercolordark bordercolorlight bottompadding \
         cellpadding cellspacing ch char charoff choff clear color compact face frame galleryimg gutter height hidefocus \
         hspace leftspacing noshade nowrap point-size pqg rightspacing rules size toppadding valign vspace width wrap",
        "axis cols colspan coords headers high ismap low max min nohref optimum open radiogroup rows rowspan scope shape \
         span start step value",
        "controls datetime delay end loop loopcount loopend loopstart media preload suppress type volume",
        "accept accept-charset autocomplete autofocus challenge charset checked datafld datapagesize default disabled \
         enctype for form hreflang inputmode keytype label list maxlength method multiple pattern prompt readonly \
         repeat-max repeat-min replace required selected target variable",
    ]),
});

/// Without what moves or fetches: no animation, no image, no script, no filter.
pub(super) static SVG: LazyLock<Vocabulary> = LazyLock::new(|| Vocabulary {
    elements: Names::new(&[
        "a circle defs desc ellipse foreignObject g line linearGradient marker metadata path polygon polyline radialGradient \
         rect stop svg switch text title tspan use",
        "font-face font-face-name font-face-src glyph hkern missing-glyph",
    ]),
    attributes: Names::new(&[
        "class color color-rendering content cx cy d display dx dy fill fill-opacity fill-rule font-family font-size \
         font-stretch font-style font-variant font-weight fx fy gradientUnits height id lang marker-end marker-mid \
         marker-start markerHeight markerUnits markerWidth name offset opacity orient path pathLength points \
         preserveAspectRatio r refX refY rotate rx ry stop-color stop-opacity stroke stroke-dasharray stroke-dashoffset \
         stroke-linecap stroke-linejoin stroke-miterlimit stroke-opacity stroke-width style systemLanguage target \
         text-anchor transform type version viewBox visibility width x x1 x2 y y1 y2 zoomAndPan",
        "accent-height alphabetic arabic-form ascent baseProfile bbox cap-height descent g1 g2 glyph-name hanging \
         horiz-adv-x horiz-origin-x ideographic k mathematical origin overline-position overline-thickness panose-1 \
         requiredExtensions requiredFeatures slope stemh stemv strikethrough-position strikethrough-thickness u1 u2 \
         underline-position underline-thickness unicode unicode-range units-per-em widths x-height",
        "xlink:href xlink:role xlink:show xlink:title xlink:type xml:lang xml:space xmlns xmlns:xlink",
    ]),
});

pub(super) static MATH: LazyLock<Vocabulary> = LazyLock::new(|| Vocabulary {
    elements: Names::new(&[
        "annotation annotation-xml maction maligngroup malignmark math menclose merror mfenced mfrac mglyph mi mlabeledtr \
         mlongdiv mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow ms mscarries mscarry msgroup msline \
         mspace msqrt msrow mstack mstyle msub msubsup msup mtable mtd mtext mtr munder munderover none semantics",
    ]),
    attributes: Names::new(&[
        "accent accentunder actiontype align alignmentscope altimg altimg-height altimg-valign altimg-width alttext \
         bevelled charalign close columnalign columnlines columnspacing columnspan columnwidth crossout decimalpoint \
         denomalign depth dir display displaystyle edge encoding equalcolumns equalrows fence fontstyle fontweight form \
         frame framespacing groupalign height href id indentalign indentalignfirst indentalignlast indentshift \
         indentshiftfirst indentshiftlast indenttarget infixlinebreakstyle largeop length linebreak linebreakmultchar \
         linebreakstyle lineleading linethickness location longdivstyle lquote lspace mathbackground mathcolor mathsize \
         mathvariant maxsize minlabelspacing minsize movablelimits notation numalign open other overflow position rowalign \
         rowlines rowspacing rowspan rquote rspace scriptlevel scriptminsize scriptsizemultiplier selection separator \
         separators shift side src stackalign stretchy subscriptshift superscriptshift symmetric voffset width",
        "xlink:href xlink:show xlink:type xmlns xmlns:xlink",
    ]),
});

/// Attributes whose values are addresses, of whatever element.
static ADDRESSES: LazyLock<Names> = LazyLock::new(|| {
    Names::new(&[
        "action altimg background cite content data datasrc dynsrc href icon longdesc lowsrc ping poster src template urn \
         usemap vrml xlink:href xlink:role",
    ])
});

/// Attributes of drawings that may refer to something as `url(…)`.
static PAINTS: LazyLock<Names> = LazyLock::new(|| {
    Names::new(&["color fill marker-end marker-mid marker-start stop-color stroke"])
});

/// What an address may begin with. A scheme that runs code, reads files or opens programs of its own is not among them.
static SCHEMES: LazyLock<Names> = LazyLock::new(|| {
    Names::new(&[
        "ftp ftps geo gopher http https mailto magnet news nntp sms tel urn webcal",
        "aim callto facetime feed git gtalk irc irc6 ircs itms mms msnim rtsp rtspu sftp sip sips skype snews ssh svn \
         svn+ssh telnet xmpp ymsg",
    ])
});

/// How the value of an attribute is made safe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    /// Words in any letters, written in small ones.
    Words,
    Address,
    Style,
    Paint,
    /// A namespace, which is the one of its element, whatever was written.
    Namespace,
}

pub(super) fn kind(attribute: &str) -> Kind {
    match attribute {
        "style" => Kind::Style,
        "rel" | "type" => Kind::Words,
        "xmlns" | "xmlns:xlink" => Kind::Namespace,
        _ if ADDRESSES.contains(attribute) => Kind::Address,
        _ if PAINTS.contains(attribute) => Kind::Paint,
        _ => Kind::Text,
    }
}

pub(super) fn is_safe_scheme(scheme: &str) -> bool {
    SCHEMES.contains(scheme)
}

/// Whether an address of the scheme `data` is a picture without code in it.
pub(super) fn is_picture(address: &str) -> bool {
    let types = ["avif", "bmp", "gif", "jpeg", "jpg", "png", "webp", "x-icon"];
    let Some((start, rest)) = address.split_at_checked("data:image/".len()) else {
        return false;
    };
    let end = rest.find([';', ',']).unwrap_or(rest.len());
    start.eq_ignore_ascii_case("data:image/")
        && types
            .iter()
            .any(|known| known.eq_ignore_ascii_case(&rest[..end]))
}
