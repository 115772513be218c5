package browsertest_test

// lowContrast lists the texts that are seen with a contrast below 4.5 between their color and what
// is behind them, by the formula of WCAG.
const lowContrast = `(() => {
	const parse = color => color.match(/[\d.]+/g).map(Number);
	const luminance = color => {
		const [r, g, b] = parse(color).slice(0, 3).map(v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
		return 0.2126 * r + 0.7152 * g + 0.0722 * b;
	};
	const opaque = color => { const [, , , a = 1] = parse(color); return a === 1; };
	const behind = element => {
		for (let e = element; e; e = e.parentElement) {
			const color = getComputedStyle(e).backgroundColor;
			if (opaque(color)) return color;
		}
		return "rgb(255, 255, 255)";
	};
	const contrast = (a, b) => {
		const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
		return (high + 0.05) / (low + 0.05);
	};
	const out = [];
	let looked = 0;
	const look = (text, color, ground) => {
		looked++;
		if (!opaque(color) || contrast(color, ground) < 4.5) out.push(text + ": " + color + " on " + ground);
	};
	for (const e of document.querySelectorAll("body *")) {
		if (!e.checkVisibility() || e instanceof SVGElement) continue;
		const own = [...e.childNodes].filter(n => n.nodeType === Node.TEXT_NODE).map(n => n.data.trim()).join("");
		if (own || e.value) look(own || e.value, getComputedStyle(e).color, behind(e));
		if (e.placeholder) look(e.placeholder, getComputedStyle(e, "::placeholder").color, behind(e));
	}
	for (const e of document.querySelectorAll("svg text"))
		look(e.textContent, getComputedStyle(e).fill, getComputedStyle(e.parentElement.querySelector("rect")).fill);
	if (!looked) out.push("no text was looked at");
	return out;
})()`

// wideTexts lists the texts of the picture that reach beyond their box.
const wideTexts = "Array.from(document.querySelectorAll('svg text')).filter(text => {" +
	"const box = text.parentElement.querySelector('rect').getBBox(), own = text.getBBox();" +
	"return own.x + own.width > box.x + box.width || own.y < box.y || own.y + own.height > box.y + box.height;" +
	"}).map(text => text.textContent)"

// coveredBoxes lists the boxes that overlap with another one, or that an arrow passes behind.
const coveredBoxes = `(() => {
	const boxes = [...document.querySelectorAll("svg .box rect")].map(e => ({name: e.parentElement.textContent.trim(), ...{
		x: +e.getAttribute("x"), y: +e.getAttribute("y"), w: +e.getAttribute("width"), h: +e.getAttribute("height")}}));
	const inside = (b, x, y) => x > b.x + 1 && x < b.x + b.w - 1 && y > b.y + 1 && y < b.y + b.h - 1;
	const out = [];
	boxes.forEach((a, i) => boxes.slice(i + 1).forEach(b => {
		if (a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h) out.push(a.name + " and " + b.name);
	}));
	for (const arrow of document.querySelectorAll("svg .arrow")) {
		const length = arrow.getTotalLength();
		for (let at = 0; at < length; at += 4) {
			const point = arrow.getPointAtLength(at);
			for (const b of boxes) if (inside(b, point.x, point.y)) { out.push("an arrow: " + b.name); at = length; }
		}
	}
	return out;
})()`
