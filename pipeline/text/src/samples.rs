//! Articles of our own writing about places that do not exist, for the tests of several rooms.

/// A storm closes a harbour: about 220 words in seven paragraphs.
pub(crate) const HARBOUR: [&str; 7] = [
    "The harbour of Norhaven was closed to all traffic on Tuesday after a storm surge pushed the water 3.2 metres above its \
     usual level, the highest mark in 41 years, port master Ellen Vestergaard said.",
    "Some 140 fishing boats had been moved upstream on Monday evening, when forecasters raised the warning to its second \
     highest step. Two of them broke loose during the night and sank near the old customs house. Nobody was on board.",
    "The ferry company Strandline cancelled its eleven daily crossings to the islands of Lysø and Hest. It expects to sail \
     again on Thursday morning if the wind turns to the south as predicted.",
    "In the lower town, volunteers spent the night filling sandbags. The fire brigade pumped out 63 cellars, and the school \
     on Quay Street will stay shut until the end of the week.",
    "\"We have rehearsed this three times since the flood of 1983, and it shows,\" mayor Karim Lindqvist told reporters. \"The \
     new gates held. What they cannot do is keep out the rain that comes down the river.\"",
    "The gates, which cost 74 million crowns and were finished two years ago, were closed for the first time in earnest. \
     Engineers will inspect the northern wing, where sensors reported an unusual load shortly after midnight.",
    "The insurance federation put the first estimate of the damage at between 20 and 30 million crowns, and said that the \
     figure would rise once the warehouses on the eastern pier could be entered.",
];

/// The same storm as another newsroom would tell it: about 190 words in six paragraphs.
pub(crate) const HARBOUR_ELSEWHERE: [&str; 6] = [
    "Residents of Norhaven began clearing mud from their streets on Wednesday, a day after the worst flooding the coastal \
     town has seen in four decades.",
    "Shopkeeper Tove Brandt said the water had come through her door shortly before one in the morning. \"I carried the \
     bread upstairs first and the till second,\" she said. \"Then the lights went out.\"",
    "Mayor Karim Lindqvist praised the flood gates at the mouth of the harbour, which were closed for the first time since \
     they were built. Opposition councillors asked why the pumps behind them had failed for almost two hours.",
    "Power had returned to all but 300 households by noon, according to the grid operator. Trains to the capital run every \
     second hour, because the embankment at Skarby has to be checked by walking pace.",
    "Ellen Vestergaard, the port master, said divers would look for two sunken boats as soon as the current allowed it. Both \
     had been empty. The islands can be reached by helicopter in emergencies only until the ferries return.",
    "Forecasters expect calmer weather for the weekend, with another, weaker front to follow early next week. The town has \
     asked the government for money from the disaster fund.",
];

/// Another subject: about 140 words in four paragraphs.
pub(crate) const TRAMS: [&str; 4] = [
    "Passengers in Velmora will be able to ride the tram for nothing on Sundays from the first of September, the city \
     council decided by 31 votes to 28 after a debate that went on until late in the evening.",
    "The trial is limited to one year and will be paid for from parking fees, which rise by a fifth in the centre. Councillor \
     Ines Okafor called it the cheapest way to find out whether people leave the car at home when they have a choice.",
    "The operator warned that it lacks drivers. Nineteen of its 212 posts are vacant, and every tenth service on line 4 was \
     dropped in the spring. It wants to train twenty-four newcomers by the end of the year.",
    "Shop owners in the pedestrian zone are divided: some hope for visitors, others fear that Sundays, when their doors must \
     stay closed, will not bring them a single customer.",
];

/// A market report in a script without spaces.
pub(crate) const MARKET_IN_CHINESE: &str = "诺哈芬渔市周三重新开放,数百名居民清晨便在码头排队。市场管理处表示,风暴过后首批渔船于凌晨四点返港,\
     共卸下约十二吨鳕鱼和鲱鱼,比平日减少三成。鱼价因此上涨,每公斤鳕鱼售价升至八十五克朗。摊主们说,只要天气继续好转,\
     供应将在下周恢复正常。市长前往现场慰问,并承诺修缮被海水冲毁的冷库。";
