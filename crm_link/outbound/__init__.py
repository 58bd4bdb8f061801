"""Outbound campaigns: may this number be called now, and what follows from how the call went.

Law of this package: it judges facts that others have read, at an instant they name, and says yes, or one word for no. A
refusal changes nothing. Rules of a country are data (`packs`); a campaign may be stricter than its pack and never laxer.
It holds no words of customers and knows no store, no phones and no clock on the wall.

    judging  facts of a number -> may it be dialled; the end of an attempt -> what comes next
    windows  when local time allows a call, everywhere the number may be
    zones    where a number may be, by its beginning
    lists    the rows of a list as people send them -> entries, and what is wrong with the others
    packs    the rules of a country
    model    campaigns, facts and words
"""
