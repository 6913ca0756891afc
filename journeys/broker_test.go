package journeys_test

import (
	"encoding/csv"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/edge/browsertest"
	"github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/operator"
	"github.com/jawort/jawort/store/db"
)

const (
	broker, brokersNumber = "100100", "+4915228817386"
	correctedNumber       = "+491713999999" // of the first customer who had none
	customers             = 200
	withoutNumber         = 12 // the last ones
	withoutEmail          = 5  // the first ones
)

// customersList is the list with which the platform brings the broker's customers.
func customersList(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("account;label;group;manager;phone;email;sms\n")
	for i := 1; i <= customers; i++ {
		number, email := numberOf(i), fmt.Sprintf("kunde%d@post.example", i)
		if i > customers-withoutNumber {
			number = ""
		}
		if i <= withoutEmail {
			email = ""
		}
		fmt.Fprintf(&b, "%d;Depot %d;customers;%s;%s;%s;on\n", 300000+i, i, broker, number, email)
	}
	file := filepath.Join(t.TempDir(), "customers.csv")
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func numberOf(customer int) string { return fmt.Sprintf("+4917139%05d", 20000+customer) }

func accountOf(customer int) string { return strconv.Itoa(300000 + customer) }

// The first quarter of a broker on the platform, from the import of the customers to the bill.
func TestABrokersFirstQuarter(t *testing.T) {
	o := organise(t, "2027-04-02 09:00")
	o.example("broker-platform.yaml", "https://portal.muster-makler.example")
	olga := o.operator("Olga", operator.Administrator, desk)
	tenant := "/console/tenants/" + o.tenant.ID

	// The platform gives its portal a key, and imports the customers.
	olga.open(tenant+"/applications", "Applications")
	olga.follow("Web Portal")
	o.Client = o.by(olga.newKey())
	olga.imports(tenant, customersList(t), customers)

	// The broker sets up the first phone, and a colleague's: one login with two holders.
	b := o.customer(broker)
	ada := b.firstPhone("Ada", func() string { return o.texted(brokersNumber) })
	b.in()
	b.portal("devices", "Phones")
	b.Click(`a[href="/portal/add"]`)
	b.Click("main button.primary")
	ada.confirms(b.Tab)
	bert := b.secondPhone("Bert")
	b.WantText("main", "Bert's phone")

	// Who has no number? One of them is told on the phone, and corrected.
	b.portal("customers", "Customers and employees")
	b.Go(o.config.Server.PublicURL + "/portal/customers?number=without")
	b.WantText("main", "no phone number")
	if n := browsertest.Eval[int](b.Tab, `document.querySelectorAll(".lines li").length`); n != withoutNumber {
		t.Errorf("%d have no number, want %d", n, withoutNumber)
	}
	b.Click(".lines a")
	b.WantText("h1", "Customer")
	b.Click(`a[href$="/phone"]`)
	b.Type("#phone", strings.Replace(correctedNumber, "+49", "0", 1))
	b.Click("main button.primary")
	ada.confirms(b.Tab)
	b.WantText(".note.good", "The phone number is changed.")
	bert.Heading("Already answered") // all are asked what one of them confirms
	bert.Click(".close")

	// All are invited who can be written to.
	b.portal("rollout", "Roll-out")
	b.Click(`a[href="/portal/rollout/invite"]`)
	b.Click("main form button.primary")
	b.WantText(".note.good", strconv.Itoa(customers-withoutEmail))
	invited := map[string]bool{}
	for len(invited) < customers-withoutEmail {
		to, text := o.letters.Letter()
		if strings.Contains(text, "Ab dem 1. Januar 2027") {
			invited[to] = true
		}
	}

	// First logins by three methods: the app, a code by SMS, and a code that support hands out.
	byApp, bySMS, byCode := o.customer(accountOf(6)), o.customer(accountOf(7)), o.customer(accountOf(8))
	byApp.firstPhone("Karla", func() string { return o.texted(numberOf(6)) })
	byApp.in()
	bySMS.begin()
	bySMS.choose("sms")
	bySMS.send(o.texted(numberOf(7)))
	bySMS.in()
	code := olga.bypass(tenant, accountOf(8))
	byCode.begin()
	byCode.send(code)
	byCode.in()

	// The shared login: both holders are asked, and the other one confirms.
	o.pass(25 * time.Hour)
	b.begin()
	ada.Wait("[data-digit]")
	bert.confirms(b.Tab)
	b.in()
	ada.Heading("Already answered")
	ada.Click(".close")

	// An interval for all customers: nobody is asked for a week in the browser that they confirmed.
	b.portal("customers", "Customers and employees")
	b.Go(o.config.Server.PublicURL + "/portal/customers/many?group=customers")
	b.Click(`input[name="days"][value="7"]`)
	b.Click("main form button.primary")
	b.WantText("h1", "What changes")
	b.Click("main form button.primary")
	bert.confirms(b.Tab)
	b.WantText(".note.good", strconv.Itoa(customers))
	bySMS.begin()
	bySMS.choose("sms")
	bySMS.send(o.texted(numberOf(7)))
	bySMS.in()
	o.pass(6 * 24 * time.Hour)
	bySMS.begin() // and is asked nothing
	bySMS.in()

	// The lost phone: support resets the customer, who begins anew.
	olga.reset(tenant, accountOf(6))
	if left, err := o.Devices(t.Context(), accountOf(6)); err != nil || len(left) != 0 {
		t.Errorf("%d phones are left, %v", len(left), err)
	}
	byApp.begin()
	byApp.Wait(`[data-method="push"]`) // as at a first login
	byApp.choose("sms")
	byApp.send(o.texted(numberOf(6)))
	byApp.in()

	// The bill: what the CSV says of each account is what the ledger says, to the cent.
	o.await("all SMS to be settled", func() bool { return o.one(`SELECT COUNT(*) FROM ledger_entries WHERE state = 'reserved'`) == "0" })
	b.portal("costs", "SMS costs")
	o.billed(browsertest.Eval[string](b.Tab, `fetch(document.querySelector("a[download]").href).then((r) => r.text())`))
}

// charged is what SMS to one account come to.
type charged struct {
	messages int
	amount   ledger.Amount
}

// billed wants each line of a bill in the form of CSV to be what the ledger holds of that account, and what the carrier has taken for it.
func (o *organised) billed(bill string) {
	o.Helper()
	records, err := csv.NewReader(strings.NewReader(bill)).ReadAll()
	o.must(err)
	lines := map[string]charged{}
	for _, record := range records[1:] {
		row := map[string]string{}
		for i, name := range records[0] {
			row[name] = record[i]
		}
		n, err := strconv.Atoi(row["messages"])
		o.must(err)
		amount, err := ledger.ParseAmount(row["amount"])
		o.must(err)
		if _, twice := lines[row["account"]]; twice || row["payer"] != broker || row["quarter"] != "2027-Q2" || row["currency"] != "EUR" {
			o.Errorf("a line of the bill is %v", row)
		}
		lines[row["account"]] = charged{n, amount}
	}
	if kept, taken := o.kept(), o.taken(); !maps.Equal(lines, kept) || !maps.Equal(lines, taken) || len(lines) < 3 {
		o.Errorf("the bill says %v, the ledger %v, and the carrier has taken %v:\n%s", lines, kept, taken, bill)
	}
}

// kept is what the ledger holds of what the broker pays for, by account.
func (o *organised) kept() map[string]charged {
	o.Helper()
	type line struct {
		account string
		charged
	}
	lines, err := db.All(o.Context(), o.process.Lasting().Reads(), func(r db.Row) (l line, err error) { return l, r.Scan(&l.account, &l.messages, &l.amount) },
		`SELECT a.external_id, COUNT(*), CAST(SUM(e.price) AS BIGINT) FROM ledger_entries e JOIN accounts a ON a.id = e.account JOIN accounts p ON p.id = e.payer
		WHERE p.external_id = $1 AND e.quarter = '2027-Q2' AND e.state = 'settled' GROUP BY a.external_id`, broker)
	o.must(err)
	all := map[string]charged{}
	for _, l := range lines {
		all[l.account] = l.charged
	}
	return all
}

// taken is what the carrier has taken, at the price of the platform, by account.
func (o *organised) taken() map[string]charged {
	o.Helper()
	price, err := ledger.ParseAmount("0.10")
	o.must(err)
	of := map[string]string{brokersNumber: broker, correctedNumber: accountOf(customers - withoutNumber + 1)}
	for i := 1; i <= customers-withoutNumber; i++ {
		of[numberOf(i)] = accountOf(i)
	}
	all := map[string]charged{}
	for _, m := range o.carrier.Taken() {
		c := all[of[m.To]]
		all[of[m.To]] = charged{c.messages + 1, c.amount + price}
	}
	return all
}
