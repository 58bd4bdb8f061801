"""Who a customer is to the company, and what follows for the contact: keys, profiles, rules, and the look-up at arrival."""
